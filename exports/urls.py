"""Pages and REST addresses of the data cuts."""

from django.urls import include, path

from exports import api, token_views, views
from exports.datasets import api as datasets

api_patterns = [
    path("cuts/", api.CutsView.as_view(), name="api-cuts"),
    path("cuts/<str:code>/", api.CutView.as_view(), name="api-cut"),
    path("cuts/<str:code>/files/<path:name>/", api.CutFileView.as_view(), name="api-cut-file"),
    path("cuts/<str:code>/datasets/", datasets.DatasetsView.as_view(), name="api-datasets"),
    path("cuts/<str:code>/datasets/<str:name>/", datasets.RowsView.as_view(), name="api-dataset"),
    path("cuts/<str:code>/codebook/", datasets.CodebookView.as_view(), name="api-codebook"),
    path("problems/", api.ProblemsView.as_view(), name="api-problems"),
    path("schema/", api.SchemaView.as_view(), name="api-schema"),
]

urlpatterns = [
    path("cuts/", views.cuts, name="cuts"),
    path("cuts/<str:code>/", views.cut, name="cut"),
    path("cuts/<str:code>/progress/", views.cut_progress, name="cut-progress"),
    path("cuts/<str:code>/compare/", views.cut_compare, name="cut-compare"),
    path("cuts/<str:code>/cancel/", views.cut_cancel, name="cut-cancel"),
    path("cuts/<str:code>/zip/", views.cut_zip, name="cut-zip"),
    path("cuts/<str:code>/files/<path:name>/", views.cut_file, name="cut-file"),
    path("tokens/", token_views.own_tokens, name="tokens"),
    path("tokens/<int:number>/", token_views.token, name="token"),
    path("people/tokens/", token_views.all_tokens, name="people-tokens"),
    path("api/v1/", include(api_patterns)),
]
