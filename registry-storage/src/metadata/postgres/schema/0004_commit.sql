-- Commits: one call in a transaction of its own, so that nothing is locked while a client is waited for.

-- How many uploads are in progress, in one repository or, under the empty name, in all.
CREATE FUNCTION registry.count_uploads(in_repository text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT coalesce(sum(c.uploads), 0) FROM upload_counts c WHERE c.repository = in_repository);
END $$;

-- Locks whoever begins an upload takes when there is a limit. Far from the limit many may begin one at a time: even if each
-- connection did so at this moment there would be room for all. Near to it they take turns.
CREATE FUNCTION registry.lock_room(in_repository text, below bigint, lock_key bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    others bigint := current_setting('max_connections')::bigint;
BEGIN
    IF count_uploads(in_repository) + 2 * others >= below THEN
        PERFORM pg_advisory_xact_lock(lock_key);
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(lock_key);
    IF count_uploads(in_repository) + others >= below THEN
        RAISE EXCEPTION 'many uploads were begun meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

CREATE FUNCTION registry.holds(condition jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    of_repository text := condition->>'repository';
    of_digest     bytea := of_hex(condition->>'digest');
BEGIN
    CASE condition->>'require'
    WHEN 'tag' THEN
        RETURN of_digest IS NOT DISTINCT FROM (
            SELECT m.digest FROM repositories r JOIN tags t ON t.repository_id = r.id AND t.name = condition->>'tag'
            JOIN manifests m ON m.id = t.manifest_id WHERE r.name = of_repository);
    WHEN 'manifest' THEN
        RETURN (condition->>'present')::boolean = EXISTS (
            SELECT FROM repositories r JOIN manifests m ON m.repository_id = r.id AND m.digest = of_digest
            WHERE r.name = of_repository);
    WHEN 'blob' THEN
        RETURN (condition->>'present')::boolean = EXISTS (
            SELECT FROM repositories r JOIN digests d ON d.digest = of_digest AND d.location IS NOT NULL
            JOIN blob_links l ON l.repository_id = r.id AND l.digest_id = d.id WHERE r.name = of_repository);
    WHEN 'stored_blob' THEN
        RETURN (condition->>'location') IS NOT DISTINCT FROM (SELECT d.location FROM digests d WHERE d.digest = of_digest);
    WHEN 'blob_unused' THEN
        RETURN NOT EXISTS (
            SELECT FROM repositories r JOIN digests d ON d.digest = of_digest
            JOIN manifest_edges e ON e.target_id = d.id AND e.repository_id = r.id WHERE r.name = of_repository);
    WHEN 'manifest_unused' THEN
        RETURN NOT EXISTS (
            SELECT FROM repositories r JOIN digests d ON d.digest = of_digest
            JOIN manifest_edges e ON e.target_id = d.id AND e.repository_id = r.id AND e.child WHERE r.name = of_repository);
    WHEN 'upload' THEN
        RETURN (condition->>'version')::bigint IS NOT DISTINCT FROM (
            SELECT u.version FROM uploads u WHERE u.id = of_hex(condition->>'id'));
    WHEN 'upload_room' THEN
        RETURN count_uploads(coalesce(of_repository, '')) < (condition->>'below')::bigint;
    WHEN 'document' THEN
        -- A document whose commit has no number yet has a version that nobody can know.
        RETURN (condition->>'version')::bigint IS NOT DISTINCT FROM (
            SELECT coalesce(c.first + d.position, -1) FROM documents d JOIN commits c ON c.id = d.commit_id
            WHERE d.kind = of_hex(condition->>'kind') AND d.key = of_hex(condition->>'key'));
    END CASE;
END $$;

CREATE FUNCTION registry.change(in_commit bigint, place integer, change jsonb, payload bytea, now_is bigint)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    CASE change->>'change'
    WHEN 'store_blob' THEN PERFORM store_blob(change);
    WHEN 'link_blob' THEN RETURN link_blob(in_commit, place, change);
    WHEN 'unlink_blob' THEN RETURN unlink_blob(in_commit, place, change);
    WHEN 'renew_lease' THEN PERFORM renew_lease(change);
    WHEN 'put_manifest' THEN RETURN put_manifest(in_commit, place, change, payload);
    WHEN 'delete_manifest' THEN RETURN delete_manifest(in_commit, place, change, now_is);
    WHEN 'set_tag' THEN RETURN set_tag(in_commit, place, change);
    WHEN 'delete_tag' THEN RETURN delete_tag(in_commit, place, change);
    WHEN 'put_upload' THEN PERFORM put_upload(change, payload);
    WHEN 'delete_upload' THEN PERFORM delete_upload(of_hex(change->>'id'));
    WHEN 'put_document' THEN RETURN put_document(in_commit, place, change, payload);
    WHEN 'delete_document' THEN RETURN delete_document(in_commit, place, change);
    END CASE;
    RETURN place;
END $$;

-- Appends the commit to the log. It gets its numbers at once if nobody is giving numbers at this moment; otherwise it is
-- made visible without them, beside all others that are, and whoever gives numbers next gives them to all.
CREATE FUNCTION registry.append(in_commit bigint, count integer, now_is bigint, by_actor text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
    bound  xid8;
BEGIN
    IF pg_try_advisory_xact_lock(1329809773, 1) THEN
        bound := pg_snapshot_xmin(pg_current_snapshot());
        number := number_visible() + 1;
        PERFORM pg_notify('registry_events', (number + count - 1)::text);
    END IF;
    INSERT INTO commits (id, txid, events, at, actor, first, horizon)
        VALUES (in_commit, pg_current_xact_id(), count, now_is, by_actor, number, bound);
    RETURN number;
END $$;

-- Carries out a commit: locks, conditions, names, changes, log. The locks come in ascending order, the first `shared_locks`
-- of the two lists being those that many may hold at a time. Answers nothing for a commit without events, one row with
-- the place of the condition in `conflict` when one does not hold, and otherwise the events.
CREATE FUNCTION registry.commit(
    lock_keys bigint[], lock_alone boolean[], lock_wait text, by_actor text, now_is bigint, requires_json text,
    changes_json text, payloads bytea[], new_repositories text[], new_digests bytea[]
) RETURNS TABLE (
    conflict integer, commit_id bigint, first bigint, "position" integer, kind smallint, repository text, digest bytea,
    previous bytea, size bigint, media_type text, subject bytea, tag text, cause text, document_kind bytea,
    document_key bytea
) LANGUAGE plpgsql
SET search_path = registry, pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    conditions jsonb := requires_json;
    changes    jsonb := changes_json;
    room       jsonb;
    in_commit  bigint;
    number     bigint;
    place      integer := 0;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'commits are made in read committed transactions' USING ERRCODE = 'RG000';
    END IF;
    PERFORM set_config('lock_timeout', lock_wait, true);
    FOR i IN 1 .. coalesce(array_length(lock_keys, 1), 0) LOOP
        IF lock_alone[i] THEN
            PERFORM pg_advisory_xact_lock(lock_keys[i]);
        ELSE
            PERFORM pg_advisory_xact_lock_shared(lock_keys[i]);
        END IF;
    END LOOP;
    FOR room IN SELECT c FROM jsonb_array_elements(conditions) c WHERE c->>'require' = 'upload_room' ORDER BY c->>'lock' LOOP
        PERFORM lock_room(coalesce(room->>'repository', ''), (room->>'below')::bigint, (room->>'lock')::bigint);
    END LOOP;
    FOR i IN 0 .. jsonb_array_length(conditions) - 1 LOOP
        IF NOT holds(conditions->i) THEN
            conflict := i;
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
    PERFORM add_names(new_repositories, new_digests);
    in_commit := nextval('commit_ids');
    FOR i IN 0 .. jsonb_array_length(changes) - 1 LOOP
        place := change(in_commit, place, changes->i, payloads[i + 1], now_is);
    END LOOP;
    IF place > 0 THEN
        number := append(in_commit, place, now_is, by_actor);
        RETURN QUERY SELECT NULL::integer, in_commit, number, e.position, e.kind, r.name, e.digest, e.previous, e.size,
            e.media_type, e.subject, e.tag, e.cause, e.document_kind, e.document_key
            FROM events e LEFT JOIN repositories r ON r.id = e.repository_id
            WHERE e.commit_id = in_commit ORDER BY e.position;
    END IF;
END $$;
