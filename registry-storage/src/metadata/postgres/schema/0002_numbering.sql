-- The numbers of the log.

-- Gives numbers to all visible commits that have none, in the order of their ids, and answers the newest number. Whoever
-- calls it holds the lock on numbering.
--
-- Each commit that gets numbers remembers a horizon: all transactions below it had ended before, so what is still
-- without numbers is at or above it. The search begins there, and passes over nothing that an old snapshot, such as that
-- of a backup, keeps from being cleaned up. A horizon from another cluster, brought by a restored dump, is not believed.
CREATE FUNCTION registry.number_visible() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    newest bigint;
    below  xid8;
    now_at xid8 := pg_snapshot_xmin(pg_current_snapshot());
    given  bigint;
BEGIN
    SELECT c.first + c.events - 1, c.horizon INTO newest, below
        FROM commits c WHERE c.first IS NOT NULL ORDER BY c.first DESC LIMIT 1;
    newest := coalesce(newest, 0);
    IF below IS NULL OR below > now_at THEN
        below := '0';
    END IF;
    WITH waiting AS (
        SELECT w.id, newest + 1 + sum(w.events) OVER (ORDER BY w.id) - w.events AS first
        FROM commits w WHERE w.first IS NULL AND w.txid >= below
    ), numbered AS (
        UPDATE commits c SET first = w.first, horizon = now_at FROM waiting w WHERE c.id = w.id
        RETURNING c.first + c.events - 1 AS last
    )
    SELECT max(n.last) INTO given FROM numbered n;
    IF given IS NOT NULL THEN
        PERFORM pg_notify('registry_events', given::text);
    END IF;
    RETURN greatest(newest, given);
END $$;

-- The same for whoever does not hold the lock. It waits for others that number, who do not wait for any client.
CREATE FUNCTION registry.number_all() RETURNS bigint LANGUAGE plpgsql
SET search_path = registry, pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'numbers are given in read committed transactions' USING ERRCODE = 'RG000';
    END IF;
    PERFORM pg_advisory_xact_lock(1329809773, 1);
    RETURN number_visible();
END $$;

-- The number of the first event of each of these commits; those that have none get one.
CREATE FUNCTION registry.number_commits(wanted bigint[]) RETURNS TABLE (id bigint, first bigint) LANGUAGE plpgsql
SET search_path = registry, pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    IF EXISTS (SELECT FROM commits c WHERE c.id = ANY (wanted) AND c.first IS NULL) THEN
        PERFORM number_all();
    END IF;
    RETURN QUERY SELECT c.id, c.first FROM commits c WHERE c.id = ANY (wanted);
END $$;

-- Whether a visible commit has no numbers yet.
CREATE FUNCTION registry.is_behind() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM registry.commits w WHERE w.first IS NULL AND w.txid >= coalesce((
            SELECT CASE WHEN c.horizon > pg_snapshot_xmin(pg_current_snapshot()) THEN '0' ELSE c.horizon END
            FROM registry.commits c WHERE c.first IS NOT NULL ORDER BY c.first DESC LIMIT 1
        ), '0')
    )
$$;
