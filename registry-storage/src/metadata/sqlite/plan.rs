//! The query plans: every statement finds its rows by a key, and none sorts. So a page costs what it holds.

use rusqlite::Connection;

use super::{
    blobs, connection, documents, events, jobs, manifests, referrers, repositories, schema, tags, uploads,
};

const ALL: [(&str, &[(&str, &str)]); 9] = [
    ("blobs", blobs::STATEMENTS),
    ("documents", documents::STATEMENTS),
    ("events", events::STATEMENTS),
    ("jobs", jobs::STATEMENTS),
    ("manifests", manifests::STATEMENTS),
    ("referrers", referrers::STATEMENTS),
    ("repositories", repositories::STATEMENTS),
    ("tags", tags::STATEMENTS),
    ("uploads", uploads::STATEMENTS),
];

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    connection::keep_plans(&connection).unwrap();
    schema::migrate(&mut connection).unwrap();
    connection
}

/// The lines of the plan of a statement.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let rows = statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>();
    rows.unwrap()
}

fn is_costly(line: &str) -> bool {
    line.contains("TEMP B-TREE") || (line.contains("SCAN") && line != "SCAN CONSTANT ROW")
}

#[test]
fn no_statement_scans_a_table_or_sorts() {
    let connection = database();
    for (noun, statements) in ALL {
        assert!(!statements.is_empty(), "{noun}");
        for (name, sql) in statements {
            let lines = plan(&connection, sql);
            assert!(!lines.iter().any(|line| is_costly(line)), "{noun}::{name} {lines:#?}");
        }
    }
}

/// The same holds with the statistics of a repository that is much larger than all others.
#[test]
fn a_page_of_a_hundred_thousand_tags_is_a_range_of_the_primary_key() {
    let connection = database();
    connection
        .execute_batch(
            "INSERT INTO repositories (id, name, present) VALUES (1, 'a', 1), (2, 'b', 1);
             INSERT INTO manifest_contents (id, digest, bytes) VALUES (1, x'40', x'');
             INSERT INTO manifests (id, repository_id, digest, content_id, media_type, size, leased_until)
             VALUES (1, 1, x'40', 1, 'a/b', 0, 0);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
             INSERT INTO tags (repository_id, name, manifest_id, seq, at)
             SELECT 1, printf('v%06d', i), 1, i, i FROM n;
             ANALYZE;",
        )
        .unwrap();
    let sql = tags::STATEMENTS.iter().find(|(name, _)| *name == "LIST").unwrap().1;
    let lines = plan(&connection, sql);
    assert!(lines.iter().any(|line| line.contains("PRIMARY KEY (repository_id=? AND name>?)")), "{lines:#?}");
    assert!(!lines.iter().any(|line| is_costly(line)), "{lines:#?}");
}

#[test]
fn a_scan_and_a_sort_are_noticed() {
    let connection = database();
    for sql in
        ["SELECT * FROM tags WHERE at = 1", "SELECT name FROM tags WHERE repository_id = 1 ORDER BY at"]
    {
        assert!(plan(&connection, sql).iter().any(|line| is_costly(line)), "{sql}");
    }
}
