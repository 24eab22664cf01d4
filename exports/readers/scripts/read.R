# Reads the tables of a data cut into a list of data frames: every column of its type, with labels.
#
#   source("readers/read.R")
#   cut <- read_cut("folder of the cut")
#   attr(cut$nihss$total, "label")      what the column holds
#   attr(cut$nihss$status, "labels")    its codes, named by what they mean
#   in_words(cut$nihss$status)          the column as a factor in words
#
# Needs nothing but R. Types and labels come from codebook.csv and value_labels.csv. Whole numbers
# and codes that are numbers become numeric, yes and no logical, days Date, instants POSIXct in
# UTC; partial dates, text and codes that are words stay character. An empty cell is NA.

read_cut <- function(folder = ".") {
  codebook <- read_cells(file.path(folder, "codebook.csv"))
  labels <- read_cells(file.path(folder, "value_labels.csv"))
  files <- unique(codebook$table)
  tables <- lapply(files, function(file) {
    frame <- read_cells(file.path(folder, file))
    columns <- codebook[codebook$table == file, ]
    for (row in seq_len(nrow(columns))) {
      name <- columns$column[row]
      mine <- labels[labels$table == file & labels$column == name, ]
      frame[[name]] <- typed(frame[[name]], columns$type[row], mine)
      attr(frame[[name]], "label") <- columns$label[row]
    }
    attr(frame, "title") <- columns$title[1]
    frame
  })
  names(tables) <- sub("\\.csv$", "", files)
  tables
}

# A column as a factor in words, its levels in the order of the codebook.
in_words <- function(column) {
  labels <- attr(column, "labels")
  factor(names(labels)[match(column, labels)], levels = unique(names(labels)))
}

typed <- function(cells, kind, labels) {
  if (nrow(labels) > 0) {
    numbers <- all(grepl("^-?[0-9]+$", labels$value))
    values <- if (numbers) as.numeric(cells) else cells
    codes <- if (numbers) as.numeric(labels$value) else labels$value
    attr(values, "labels") <- setNames(codes, labels$label)
    return(values)
  }
  if (kind %in% c("text", "code") || startsWith(kind, "date as far as known")) return(cells)
  if (kind %in% c("whole number", "number")) return(as.numeric(cells))
  if (kind == "0 = no, 1 = yes") return(cells == "1")
  if (kind == "date (ISO 8601)") return(as.Date(cells, format = "%Y-%m-%d"))
  if (kind == "instant in UTC (ISO 8601)") {
    return(as.POSIXct(cells, format = "%Y-%m-%dT%H:%M:%SZ", tz = "UTC"))
  }
  stop("codebook.csv names a type this reader does not know: ", kind)
}

# A CSV file as it stands: read.csv would change the ends of lines within a text. An apostrophe
# stands before what a spreadsheet would take for a formula; it is taken off.
read_cells <- function(path) {
  content <- rawToChar(readBin(path, "raw", file.size(path)))
  found <- gregexpr('(?:"(?:[^"]++|"")*+"|[^",\n]*+)[,\n]', content, perl = TRUE, useBytes = TRUE)
  cells <- regmatches(content, found)[[1]]
  size <- nchar(cells, "bytes")
  ends <- substring(cells, size, size) == "\n"
  cells <- substring(cells, 1, size - 1)
  quoted <- startsWith(cells, "\"")
  cells[quoted] <- gsub("\"\"", "\"", substring(cells[quoted], 2, size[quoted] - 2), fixed = TRUE)
  width <- which(ends)[1]
  if (sum(size) != file.size(path) || any(which(ends) %% width != 0)) stop(path, " is not whole")
  Encoding(cells) <- "UTF-8"
  cells[cells == ""] <- NA
  cells <- sub("^'('*[=+@\t\r-])", "\\1", cells, perl = TRUE)
  rows <- matrix(cells, ncol = width, byrow = TRUE)
  frame <- as.data.frame(rows[-1, , drop = FALSE], stringsAsFactors = FALSE)
  names(frame) <- rows[1, ]
  frame
}
