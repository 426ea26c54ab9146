-- Who does the jobs that one process does at a time. `term` rises with each holder, `beat` with each word of one.
CREATE TABLE jobs (
    name   TEXT    PRIMARY KEY,
    holder TEXT,
    term   INTEGER NOT NULL,
    beat   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
