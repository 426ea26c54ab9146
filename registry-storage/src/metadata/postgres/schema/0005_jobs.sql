-- Who does the jobs that one process does at a time. `term` rises with each holder, `beat` with each word of one. Names are
-- bytes, as they may hold any character.
CREATE TABLE registry.jobs (
    name   bytea  PRIMARY KEY,
    holder bytea,
    term   bigint NOT NULL,
    beat   bigint NOT NULL
);

CREATE FUNCTION registry.put_job(change jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    by_holder bytea := of_hex(change->>'holder');
BEGIN
    INSERT INTO jobs AS j (name, holder, term, beat)
        VALUES (of_hex(change->>'name'), by_holder, (by_holder IS NOT NULL)::integer, (by_holder IS NULL)::integer)
    ON CONFLICT (name) DO UPDATE SET
        holder = excluded.holder,
        term = j.term + (j.holder IS DISTINCT FROM excluded.holder)::integer,
        beat = CASE WHEN j.holder IS DISTINCT FROM excluded.holder THEN 0 ELSE j.beat + 1 END;
END $$;

CREATE FUNCTION registry.holds_of_job(condition jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    is_term bigint := 0;
    is_beat bigint := 0;
BEGIN
    SELECT j.term, j.beat INTO is_term, is_beat FROM jobs j WHERE j.name = of_hex(condition->>'name');
    RETURN coalesce(is_term, 0) = (condition->>'term')::bigint
        AND coalesce(is_beat, 0) = coalesce((condition->>'beat')::bigint, is_beat, 0);
END $$;

-- What stood here before goes on under another name; a job is looked at first.
ALTER FUNCTION registry.holds(jsonb) RENAME TO holds_of_content;
CREATE FUNCTION registry.holds(condition jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF condition->>'require' = 'job' THEN
        RETURN holds_of_job(condition);
    END IF;
    RETURN holds_of_content(condition);
END $$;

ALTER FUNCTION registry.change(bigint, integer, jsonb, bytea, bigint) RENAME TO change_content;
CREATE FUNCTION registry.change(in_commit bigint, place integer, change jsonb, payload bytea, now_is bigint)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    IF change->>'change' = 'put_job' THEN
        PERFORM put_job(change);
        RETURN place;
    END IF;
    RETURN change_content(in_commit, place, change, payload, now_is);
END $$;
