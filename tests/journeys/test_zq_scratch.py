from tests.exports.trial_data import make_trial
from tests.monitoring.test_trail_pages import corrected
from tests.builders import enrolled
def test_look(sit, hospital, committed_people):
    trial = make_trial(committed_people)
    corrected(committed_people, enrolled(committed_people))
    base = hospital.address
    mona = sit("mona"); p = mona.page
    p.set_viewport_size({"width":1280,"height":1000})
    p.goto(base+"/trail/"); p.screenshot(path="/tmp/h/shots/trail.png")
    p.goto(base+f"/participants/{trial.infused.code}/trail/"); p.screenshot(path="/tmp/h/shots/ptrail.png")
