-- Digests are one byte for the algorithm, then the raw bytes, so that they order as their texts do. Times are
-- microseconds since 1970-01-01T00:00:00Z. Texts order by bytes. Nothing refers to another table by a foreign key: only
-- the functions of the next step write, under locks of their own, and a foreign key would lock rows that many share.

-- Every repository that was ever written to. `present` while a manifest or a blob link is in it.
CREATE TABLE registry.repositories (
    id      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    text    COLLATE "C" NOT NULL UNIQUE,
    present boolean NOT NULL DEFAULT false
);
CREATE INDEX repositories_present ON registry.repositories (name) WHERE present;

-- Every digest that is stored or named, with a number that stands for it in the large tables. Size and location are
-- those of the bytes, for all repositories, while they are stored.
CREATE TABLE registry.digests (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest   bytea  NOT NULL UNIQUE,
    size     bigint,
    location text,
    CHECK ((size IS NULL) = (location IS NULL))
);

-- Which repository may read which blob. The name of the repository never changes; it is repeated here so that the
-- repositories of a blob are listed by name at the cost of the page.
CREATE TABLE registry.blob_links (
    repository_id bigint NOT NULL,
    digest_id     bigint NOT NULL,
    repository    text   COLLATE "C" NOT NULL,
    leased_until  bigint NOT NULL,
    PRIMARY KEY (repository_id, digest_id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX blob_links_by_digest ON registry.blob_links (digest_id, repository);

-- The bytes of manifests, once for all repositories, readable or retained.
CREATE TABLE registry.manifest_contents (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest bytea  NOT NULL UNIQUE,
    bytes  bytea  NOT NULL
);

-- The readable manifests of each repository.
CREATE TABLE registry.manifests (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL,
    digest        bytea  NOT NULL,
    content_id    bigint NOT NULL,
    media_type    text   NOT NULL,
    size          bigint NOT NULL,
    subject       bytea,
    leased_until  bigint NOT NULL,
    UNIQUE (repository_id, digest)
);

-- Manifests that were readable in a repository and may be put back.
CREATE TABLE registry.retained_manifests (
    repository_id bigint NOT NULL,
    digest        bytea  NOT NULL,
    content_id    bigint NOT NULL,
    media_type    text   NOT NULL,
    deleted_at    bigint NOT NULL,
    PRIMARY KEY (repository_id, digest)
);

-- What the readable manifests name: configurations and layers, or children of an index.
CREATE TABLE registry.manifest_edges (
    target_id     bigint  NOT NULL,
    repository_id bigint  NOT NULL,
    child         boolean NOT NULL,
    manifest_id   bigint  NOT NULL,
    PRIMARY KEY (target_id, repository_id, child, manifest_id)
);
CREATE INDEX manifest_edges_by_manifest ON registry.manifest_edges (manifest_id);

-- The readable manifests that refer to a subject, with the descriptor (JSON) by which they are listed.
CREATE TABLE registry.referrers (
    repository_id bigint NOT NULL,
    subject       bytea  NOT NULL,
    digest        bytea  NOT NULL,
    artifact_type text   COLLATE "C",
    descriptor    text   NOT NULL,
    PRIMARY KEY (repository_id, subject, digest)
);
CREATE INDEX referrers_by_type ON registry.referrers (repository_id, subject, artifact_type, digest);

-- What tags point to, and which event set them.
CREATE TABLE registry.tags (
    repository_id bigint  NOT NULL,
    name          text    COLLATE "C" NOT NULL,
    manifest_id   bigint  NOT NULL,
    commit_id     bigint  NOT NULL,
    position      integer NOT NULL,
    PRIMARY KEY (repository_id, name)
);
CREATE INDEX tags_by_manifest ON registry.tags (manifest_id, name);

-- The commits that have events. Ids are drawn while the locks of a commit are held, so commits that depend on each other
-- have ids in their order. `first` is the number of the first event in the log, given once the commit is visible or in
-- the very transaction that makes it so. `txid` is the transaction; `horizon` is below all transactions whose commits
-- may still be without numbers when this one got its.
CREATE SEQUENCE registry.commit_ids;
CREATE TABLE registry.commits (
    id      bigint  PRIMARY KEY,
    txid    xid8    NOT NULL,
    events  integer NOT NULL,
    at      bigint  NOT NULL,
    actor   text    NOT NULL,
    first   bigint,
    horizon xid8
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX commits_by_number ON registry.commits (first) WHERE first IS NOT NULL;
CREATE INDEX commits_without_number ON registry.commits (txid, id) WHERE first IS NULL;

-- What happened, and with it the history of tags. Rows are only added. `kind`: 1 blob linked, 2 blob unlinked,
-- 3 manifest put, 4 manifest deleted, 5 tag set, 6 tag deleted, 7 document put, 8 document deleted.
CREATE TABLE registry.events (
    commit_id     bigint   NOT NULL,
    position      integer  NOT NULL,
    kind          smallint NOT NULL,
    repository_id bigint,
    digest        bytea,
    previous      bytea,
    size          bigint,
    media_type    text,
    subject       bytea,
    tag           text     COLLATE "C",
    cause         text,
    document_kind bytea,
    document_key  bytea,
    PRIMARY KEY (commit_id, position)
);
CREATE INDEX events_by_tag ON registry.events (repository_id, tag, commit_id, position) WHERE tag IS NOT NULL;

-- Uploads in progress, one row each, overwritten. The repository need not have been written to yet.
CREATE TABLE registry.uploads (
    id         bytea  PRIMARY KEY,
    repository text   COLLATE "C" NOT NULL,
    token      text   NOT NULL,
    received   bigint NOT NULL,
    hash_state bytea  NOT NULL,
    started    bigint NOT NULL,
    updated    bigint NOT NULL,
    version    bigint NOT NULL
) WITH (fillfactor = 70);

-- How many uploads are in progress: one row for each repository that has some, and several under the empty name that
-- add up to all of them, so that uploads of different repositories seldom wait for one row.
CREATE TABLE registry.upload_counts (
    repository text    COLLATE "C" NOT NULL,
    part       integer NOT NULL,
    uploads    bigint  NOT NULL,
    PRIMARY KEY (repository, part)
) WITH (fillfactor = 50);

-- Keyed documents, and which event wrote them: its number is their version. Kinds and keys are the bytes of texts that may
-- hold zero bytes, which no text of PostgreSQL may.
CREATE TABLE registry.documents (
    kind      bytea   NOT NULL,
    key       bytea   NOT NULL,
    commit_id bigint  NOT NULL,
    position  integer NOT NULL,
    value     bytea   NOT NULL,
    PRIMARY KEY (kind, key)
);
