-- How many uploads are in progress: for each repository that has some, and under the empty name for all of them.
CREATE TABLE upload_counts (
    repository TEXT    PRIMARY KEY,
    uploads    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO upload_counts SELECT repository, count(*) FROM uploads GROUP BY repository;
INSERT INTO upload_counts SELECT '', count(*) FROM uploads;

CREATE TRIGGER uploads_begin AFTER INSERT ON uploads BEGIN
    INSERT INTO upload_counts VALUES (new.repository, 1), ('', 1)
    ON CONFLICT (repository) DO UPDATE SET uploads = uploads + 1;
END;
CREATE TRIGGER uploads_end AFTER DELETE ON uploads BEGIN
    UPDATE upload_counts SET uploads = uploads - 1 WHERE repository IN (old.repository, '');
    DELETE FROM upload_counts WHERE repository = old.repository AND uploads = 0;
END;
CREATE TRIGGER uploads_move AFTER UPDATE OF repository ON uploads WHEN old.repository <> new.repository BEGIN
    UPDATE upload_counts SET uploads = uploads - 1 WHERE repository = old.repository;
    DELETE FROM upload_counts WHERE repository = old.repository AND uploads = 0;
    INSERT INTO upload_counts VALUES (new.repository, 1)
    ON CONFLICT (repository) DO UPDATE SET uploads = uploads + 1;
END;
