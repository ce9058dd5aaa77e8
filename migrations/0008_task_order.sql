SET LOCAL search_path = greenlit, public;

-- Where somebody put a task by hand. It counts among tasks that are due at the same moment, and only while the task
-- has the date and the priority it had then: with another one it stands where it belongs by itself, and when that is
-- taken back, where it was put.
ALTER TABLE tasks
    ADD COLUMN hand double precision,
    ADD COLUMN hand_due timestamptz(3),
    ADD COLUMN hand_priority text;

-- The list's order as two columns, so that one index gives it without a sort, and every page of it from anywhere.
-- Open tasks come by date with none last, done ones the newest first; the index of open ones is the one of windows of
-- due dates, that of done ones the one of "done since". Tasks of one moment stand by priority and age, unless somebody
-- arranged them. Doubles hold milliseconds since the epoch exactly enough; when there is none left between two places,
-- their tasks are spread anew. (Numerics have room forever, but their comparison is not leakproof, and row-level
-- security lets only leakproof conditions use an index.)
ALTER TABLE tasks
    ADD COLUMN sort_at double precision NOT NULL GENERATED ALWAYS AS (
        CASE status
            WHEN 'open' THEN coalesce(extract(epoch FROM due_at AT TIME ZONE 'UTC')::double precision, 'Infinity')
            ELSE -extract(epoch FROM completed_at AT TIME ZONE 'UTC')::double precision
        END) STORED,
    ADD COLUMN place double precision NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN hand IS NOT NULL AND hand_due IS NOT DISTINCT FROM due_at AND hand_priority = priority THEN hand
            -- Seconds since 2020, three centuries for each priority: small numbers leave room between them.
            ELSE CASE priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END * 1e10::double precision
                + extract(epoch FROM created_at AT TIME ZONE 'UTC' - timestamp '2020-01-01')::double precision
        END) STORED;

-- due_rank and priority_rank stay until the next release: servers of the last one still order by them.
DROP INDEX tasks_list;
CREATE INDEX tasks_list ON tasks (user_id, list_rank, sort_at, place, id) WHERE deleted_at IS NULL;
-- How many were added in each of the last weeks.
CREATE INDEX tasks_created ON tasks (user_id, created_at) WHERE deleted_at IS NULL;

-- What the assistant changed, the newest first (ids grow with time).
CREATE INDEX tool_calls_changes ON tool_calls (user_id, id DESC) WHERE changes <> '[]';
