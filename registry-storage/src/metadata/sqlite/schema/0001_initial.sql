-- Digests are blobs: one byte for the algorithm, then the raw bytes, so that they order as their texts do.
-- Times are microseconds since 1970-01-01T00:00:00Z. Texts order by bytes.

-- Every repository that was ever written to. `present` is 1 while a manifest or a blob link is in it.
CREATE TABLE repositories (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    present INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX repositories_present ON repositories (name) WHERE present = 1;

-- Every digest that is stored or named, with a number that stands for it in the large tables. Numbers are given in the
-- order of arrival, so what arrives together lies together there, where digests would lie all over. Size and location
-- are those of the bytes, for all repositories, while they are stored.
CREATE TABLE digests (
    id       INTEGER PRIMARY KEY,
    digest   BLOB    NOT NULL UNIQUE,
    size     INTEGER,
    location TEXT,
    CHECK ((size IS NULL) = (location IS NULL))
) STRICT;

-- Which repository may read which blob. The name of the repository never changes; it is repeated here so that the
-- repositories of a blob are listed by name at the cost of the page.
CREATE TABLE blob_links (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    digest_id     INTEGER NOT NULL REFERENCES digests (id),
    repository    TEXT    NOT NULL,
    leased_until  INTEGER NOT NULL,
    PRIMARY KEY (repository_id, digest_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX blob_links_by_digest ON blob_links (digest_id, repository);

-- The bytes of manifests, once for all repositories, readable or retained.
CREATE TABLE manifest_contents (
    id     INTEGER PRIMARY KEY,
    digest BLOB    NOT NULL UNIQUE,
    bytes  BLOB    NOT NULL
) STRICT;

-- The readable manifests of each repository.
CREATE TABLE manifests (
    id            INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    digest        BLOB    NOT NULL,
    content_id    INTEGER NOT NULL REFERENCES manifest_contents (id),
    media_type    TEXT    NOT NULL,
    size          INTEGER NOT NULL,
    subject       BLOB,
    leased_until  INTEGER NOT NULL,
    UNIQUE (repository_id, digest)
) STRICT;

-- Manifests that were readable in a repository and may be put back.
CREATE TABLE retained_manifests (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    digest        BLOB    NOT NULL,
    content_id    INTEGER NOT NULL REFERENCES manifest_contents (id),
    media_type    TEXT    NOT NULL,
    deleted_at    INTEGER NOT NULL,
    PRIMARY KEY (repository_id, digest)
) STRICT, WITHOUT ROWID;

-- What the readable manifests name. `child` is 0 for a configuration or layer, 1 for a child of an index.
CREATE TABLE manifest_edges (
    target_id     INTEGER NOT NULL REFERENCES digests (id),
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    child         INTEGER NOT NULL,
    manifest_id   INTEGER NOT NULL REFERENCES manifests (id),
    PRIMARY KEY (target_id, repository_id, child, manifest_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX manifest_edges_by_manifest ON manifest_edges (manifest_id);

-- The readable manifests that refer to a subject, with the descriptor (JSON) by which they are listed.
CREATE TABLE referrers (
    repository_id INTEGER NOT NULL,
    subject       BLOB    NOT NULL,
    digest        BLOB    NOT NULL,
    artifact_type TEXT,
    descriptor    TEXT    NOT NULL,
    PRIMARY KEY (repository_id, subject, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX referrers_by_type ON referrers (repository_id, subject, artifact_type, digest);

-- What tags point to: the newest entry of each history that has a digest.
CREATE TABLE tags (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    name          TEXT    NOT NULL,
    manifest_id   INTEGER NOT NULL REFERENCES manifests (id),
    seq           INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (repository_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_manifest ON tags (manifest_id, name);

-- What tags ever pointed to. Rows are only added.
CREATE TABLE tag_history (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    tag           TEXT    NOT NULL,
    seq           INTEGER NOT NULL,
    digest        BLOB,
    previous      BLOB,
    at            INTEGER NOT NULL,
    actor         TEXT    NOT NULL,
    cause         TEXT    NOT NULL,
    PRIMARY KEY (repository_id, tag, seq)
) STRICT, WITHOUT ROWID;

-- The log, without gaps from 1. `kind` is the JSON of what happened. Rows are only added.
CREATE TABLE events (
    seq           INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor         TEXT    NOT NULL,
    repository_id INTEGER REFERENCES repositories (id),
    kind          TEXT    NOT NULL
) STRICT;

-- Uploads in progress, one row each, overwritten. The repository need not have been written to yet.
CREATE TABLE uploads (
    id         BLOB    PRIMARY KEY,
    repository TEXT    NOT NULL,
    token      TEXT    NOT NULL,
    received   INTEGER NOT NULL,
    hash_state BLOB    NOT NULL,
    started    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Keyed documents. `version` is the number of the event that wrote the value.
CREATE TABLE documents (
    id      INTEGER PRIMARY KEY,
    kind    TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    version INTEGER NOT NULL,
    value   BLOB    NOT NULL,
    UNIQUE (kind, key)
) STRICT;
