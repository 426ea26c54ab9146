-- The changes of commits, one function for each kind. They take the commit, the place of the next event in it, and what is
-- asked for as JSON; they answer the place after their events. Digests, ids, kinds and keys are texts of hex digits there,
-- payloads stand aside. Every function relies on the locks that the commit took before.

CREATE FUNCTION registry.tell(
    in_commit bigint, place integer, what smallint, in_repository bigint, is_digest bytea DEFAULT NULL,
    was bytea DEFAULT NULL, has_size bigint DEFAULT NULL, has_type text DEFAULT NULL, has_subject bytea DEFAULT NULL,
    of_tag text DEFAULT NULL, by_cause text DEFAULT NULL, of_kind bytea DEFAULT NULL, of_key bytea DEFAULT NULL
) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (commit_id, position, kind, repository_id, digest, previous, size, media_type, subject, tag, cause,
                        document_kind, document_key)
    VALUES (in_commit, place, what, in_repository, is_digest, was, has_size, has_type, has_subject, of_tag, by_cause,
            of_kind, of_key);
    RETURN place + 1;
END $$;

CREATE FUNCTION registry.of_hex(hex text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT decode(hex, 'hex')
$$;

-- Numbers for names that are used for the first time, in one order for all, so that nobody waits in a circle.
CREATE FUNCTION registry.add_names(in_repositories text[], in_digests bytea[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO repositories (name) SELECT n FROM unnest(in_repositories) n
        WHERE NOT EXISTS (SELECT FROM repositories r WHERE r.name = n) ORDER BY n COLLATE "C" ON CONFLICT DO NOTHING;
    INSERT INTO digests (digest) SELECT n FROM unnest(in_digests) n
        WHERE NOT EXISTS (SELECT FROM digests d WHERE d.digest = n) ORDER BY n ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION registry.fill(in_repository bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE repositories SET present = true WHERE id = in_repository AND NOT present;
END $$;

CREATE FUNCTION registry.drain(in_repository bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE repositories SET present = false WHERE id = in_repository
        AND NOT EXISTS (SELECT FROM manifests WHERE repository_id = in_repository)
        AND NOT EXISTS (SELECT FROM blob_links WHERE repository_id = in_repository);
END $$;

CREATE FUNCTION registry.store_blob(change jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE digests SET size = (change->>'size')::bigint, location = change->>'location'
        WHERE digest = of_hex(change->>'digest');
END $$;

CREATE FUNCTION registry.link_blob(in_commit bigint, place integer, change jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    of_digest bytea := of_hex(change->>'digest');
    blob      record;
    home      bigint;
    lease     bigint := (change->>'leased_until')::bigint;
BEGIN
    SELECT d.id, d.size INTO blob FROM digests d WHERE d.digest = of_digest AND d.location IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a blob must be stored before it is linked' USING ERRCODE = 'RG015';
    END IF;
    SELECT id INTO STRICT home FROM repositories WHERE name = change->>'repository';
    UPDATE blob_links SET leased_until = greatest(leased_until, lease)
        WHERE repository_id = home AND digest_id = blob.id;
    IF FOUND THEN
        RETURN place;
    END IF;
    INSERT INTO blob_links (repository_id, digest_id, repository, leased_until)
        VALUES (home, blob.id, change->>'repository', lease);
    PERFORM fill(home);
    RETURN tell(in_commit, place, 1::smallint, home, of_digest, has_size => blob.size);
END $$;

CREATE FUNCTION registry.unlink_blob(in_commit bigint, place integer, change jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    home bigint;
BEGIN
    DELETE FROM blob_links l USING repositories r, digests d
        WHERE r.name = change->>'repository' AND d.digest = of_hex(change->>'digest')
        AND l.repository_id = r.id AND l.digest_id = d.id
        RETURNING r.id INTO home;
    IF home IS NULL THEN
        RETURN place;
    END IF;
    PERFORM drain(home);
    RETURN tell(in_commit, place, 2::smallint, home, of_hex(change->>'digest'));
END $$;

CREATE FUNCTION registry.renew_lease(change jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE blob_links l SET leased_until = (change->>'leased_until')::bigint
        FROM repositories r, digests d
        WHERE r.name = change->>'repository' AND d.digest = of_hex(change->>'digest')
        AND l.repository_id = r.id AND l.digest_id = d.id AND l.leased_until < (change->>'leased_until')::bigint;
END $$;

-- Removes whatever the manifest names and refers to; answers its number, if it is readable.
CREATE FUNCTION registry.remove_edges(home bigint, of_digest bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    old record;
BEGIN
    SELECT id, subject INTO old FROM manifests WHERE repository_id = home AND digest = of_digest;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    DELETE FROM manifest_edges WHERE manifest_id = old.id;
    IF old.subject IS NOT NULL THEN
        DELETE FROM referrers WHERE repository_id = home AND subject = old.subject AND digest = of_digest;
    END IF;
    RETURN old.id;
END $$;

-- The number of the content, which is kept once; written only where it is new, so that nobody waits for a row that many
-- repositories share.
CREATE FUNCTION registry.keep_content(of_digest bytea, content bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found_id bigint;
BEGIN
    SELECT id INTO found_id FROM manifest_contents WHERE digest = of_digest AND bytes = content;
    IF NOT FOUND THEN
        INSERT INTO manifest_contents (digest, bytes) VALUES (of_digest, content)
            ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes RETURNING id INTO found_id;
    END IF;
    RETURN found_id;
END $$;

CREATE FUNCTION registry.put_manifest(in_commit bigint, place integer, change jsonb, content bytea) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    of_digest  bytea := of_hex(change->>'digest');
    to_subject bytea := of_hex(change->>'subject');
    home       bigint;
    kept       bigint := keep_content(of_digest, content);
    put        bigint;
BEGIN
    SELECT id INTO STRICT home FROM repositories WHERE name = change->>'repository';
    PERFORM remove_edges(home, of_digest);
    INSERT INTO manifests AS m (repository_id, digest, content_id, media_type, size, subject, leased_until)
        VALUES (home, of_digest, kept, change->>'media_type', length(content), to_subject,
                (change->>'leased_until')::bigint)
        ON CONFLICT (repository_id, digest) DO UPDATE
        SET content_id = excluded.content_id, media_type = excluded.media_type, size = excluded.size,
            subject = excluded.subject, leased_until = greatest(m.leased_until, excluded.leased_until)
        RETURNING id INTO put;
    DELETE FROM retained_manifests WHERE repository_id = home AND digest = of_digest;
    INSERT INTO manifest_edges (target_id, repository_id, child, manifest_id)
        SELECT d.id, home, named.child, put
        FROM (SELECT of_hex(jsonb_array_elements_text(change->'blobs')) AS digest, false AS child
              UNION SELECT of_hex(jsonb_array_elements_text(change->'children')), true) named
        JOIN digests d ON d.digest = named.digest;
    IF to_subject IS NOT NULL THEN
        INSERT INTO referrers (repository_id, subject, digest, artifact_type, descriptor)
            VALUES (home, to_subject, of_digest, change->>'artifact_type', change->>'descriptor');
    END IF;
    PERFORM fill(home);
    RETURN tell(in_commit, place, 3::smallint, home, of_digest, has_size => length(content)::bigint,
                has_type => change->>'media_type', has_subject => to_subject);
END $$;

CREATE FUNCTION registry.delete_manifest(in_commit bigint, place integer, change jsonb, now_is bigint) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    of_digest bytea := of_hex(change->>'digest');
    home      bigint;
    gone      bigint;
    of_tag    text;
BEGIN
    SELECT id INTO home FROM repositories WHERE name = change->>'repository';
    gone := remove_edges(home, of_digest);
    IF gone IS NULL THEN
        RETURN place;
    END IF;
    FOR of_tag IN SELECT t.name FROM tags t WHERE t.manifest_id = gone ORDER BY t.name LOOP
        place := tell(in_commit, place, 6::smallint, home, was => of_digest, of_tag => of_tag,
                      by_cause => change->>'cause');
    END LOOP;
    DELETE FROM tags WHERE manifest_id = gone;
    INSERT INTO retained_manifests (repository_id, digest, content_id, media_type, deleted_at)
        SELECT m.repository_id, m.digest, m.content_id, m.media_type, now_is FROM manifests m WHERE m.id = gone;
    DELETE FROM manifests WHERE id = gone;
    PERFORM drain(home);
    RETURN tell(in_commit, place, 4::smallint, home, of_digest);
END $$;

CREATE FUNCTION registry.set_tag(in_commit bigint, place integer, change jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    of_digest bytea := of_hex(change->>'digest');
    target    record;
    before    bytea;
BEGIN
    SELECT m.id, m.repository_id AS home INTO target FROM repositories r
        JOIN manifests m ON m.repository_id = r.id AND m.digest = of_digest WHERE r.name = change->>'repository';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a tag must point to a manifest of its repository' USING ERRCODE = 'RG036';
    END IF;
    SELECT m.digest INTO before FROM tags t JOIN manifests m ON m.id = t.manifest_id
        WHERE t.repository_id = target.home AND t.name = change->>'tag';
    IF before = of_digest THEN
        RETURN place;
    END IF;
    INSERT INTO tags (repository_id, name, manifest_id, commit_id, position)
        VALUES (target.home, change->>'tag', target.id, in_commit, place)
        ON CONFLICT (repository_id, name) DO UPDATE
        SET manifest_id = excluded.manifest_id, commit_id = excluded.commit_id, position = excluded.position;
    RETURN tell(in_commit, place, 5::smallint, target.home, of_digest, was => before, of_tag => change->>'tag',
                by_cause => change->>'cause');
END $$;

CREATE FUNCTION registry.delete_tag(in_commit bigint, place integer, change jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gone record;
BEGIN
    DELETE FROM tags t USING repositories r, manifests m
        WHERE r.name = change->>'repository' AND t.repository_id = r.id AND t.name = change->>'tag'
        AND m.id = t.manifest_id
        RETURNING r.id AS home, m.digest INTO gone;
    IF NOT FOUND THEN
        RETURN place;
    END IF;
    RETURN tell(in_commit, place, 6::smallint, gone.home, was => gone.digest, of_tag => change->>'tag',
                by_cause => change->>'cause');
END $$;

-- One more or one less upload in the repository, and in all.
CREATE FUNCTION registry.count_upload(in_repository text, id bytea, step integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO upload_counts AS c (repository, part, uploads) VALUES (in_repository, 0, step)
        ON CONFLICT (repository, part) DO UPDATE SET uploads = c.uploads + step;
    DELETE FROM upload_counts WHERE repository = in_repository AND part = 0 AND uploads = 0;
    INSERT INTO upload_counts AS c (repository, part, uploads) VALUES ('', get_byte(id, 0) % 32, step)
        ON CONFLICT (repository, part) DO UPDATE SET uploads = c.uploads + step;
END $$;

CREATE FUNCTION registry.put_upload(change jsonb, state bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    of_id bytea := of_hex(change->>'id');
    home  text := change->>'repository';
    old   text;
BEGIN
    SELECT repository INTO old FROM uploads WHERE id = of_id;
    IF old IS NULL THEN
        INSERT INTO uploads (id, repository, token, received, hash_state, started, updated, version)
            VALUES (of_id, home, change->>'token', (change->>'offset')::bigint, state, (change->>'started')::bigint,
                    (change->>'updated')::bigint, 1);
    ELSE
        UPDATE uploads SET repository = home, token = change->>'token', received = (change->>'offset')::bigint,
            hash_state = state, started = (change->>'started')::bigint, updated = (change->>'updated')::bigint,
            version = version + 1 WHERE id = of_id;
    END IF;
    IF old IS DISTINCT FROM home THEN
        IF old IS NOT NULL THEN
            PERFORM count_upload(old, of_id, -1);
        END IF;
        PERFORM count_upload(home, of_id, 1);
    END IF;
END $$;

CREATE FUNCTION registry.delete_upload(of_id bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    old text;
BEGIN
    DELETE FROM uploads WHERE id = of_id RETURNING repository INTO old;
    IF old IS NOT NULL THEN
        PERFORM count_upload(old, of_id, -1);
    END IF;
END $$;

CREATE FUNCTION registry.put_document(in_commit bigint, place integer, change jsonb, content bytea) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO documents (kind, key, commit_id, position, value)
        VALUES (of_hex(change->>'kind'), of_hex(change->>'key'), in_commit, place, content)
        ON CONFLICT (kind, key) DO UPDATE
        SET commit_id = excluded.commit_id, position = excluded.position, value = excluded.value;
    RETURN tell(in_commit, place, 7::smallint, NULL, of_kind => of_hex(change->>'kind'), of_key => of_hex(change->>'key'));
END $$;

CREATE FUNCTION registry.delete_document(in_commit bigint, place integer, change jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM documents WHERE kind = of_hex(change->>'kind') AND key = of_hex(change->>'key');
    IF NOT FOUND THEN
        RETURN place;
    END IF;
    RETURN tell(in_commit, place, 8::smallint, NULL, of_kind => of_hex(change->>'kind'), of_key => of_hex(change->>'key'));
END $$;
