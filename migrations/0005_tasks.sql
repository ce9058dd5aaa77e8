SET LOCAL search_path = greenlit, public;

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done')),
    priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high')),
    due_at timestamptz(3),
    completed_at timestamptz(3) CHECK ((completed_at IS NOT NULL) = (status = 'done')),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    -- Deleted tasks stay so that a deletion can be taken back.
    deleted_at timestamptz(3),
    -- The list's order as columns, so that one index gives it and a cursor can point into it:
    -- open before done, then by date with none last, then high before low, then oldest first.
    list_rank smallint NOT NULL GENERATED ALWAYS AS (CASE status WHEN 'open' THEN 0 ELSE 1 END) STORED,
    due_rank timestamptz(3) NOT NULL GENERATED ALWAYS AS (coalesce(due_at, 'infinity')) STORED,
    priority_rank smallint NOT NULL
        GENERATED ALWAYS AS (CASE priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END) STORED,
    UNIQUE (id, user_id)
);
CREATE INDEX tasks_list ON tasks (user_id, list_rank, due_rank, priority_rank, created_at, id)
    WHERE deleted_at IS NULL;

-- The journal of tool calls: what the model asked for, what came of it and what it changed. A
-- call's effect, its row here and its event are written in one transaction.
CREATE TABLE tool_calls (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    conversation_id uuid NOT NULL,
    run_id uuid NOT NULL,
    message_id uuid NOT NULL,
    -- From 1 within the message.
    position integer NOT NULL,
    -- The model's own id for the call.
    provider_call_id text NOT NULL,
    tool_name text NOT NULL,
    arguments jsonb NOT NULL,
    result jsonb NOT NULL DEFAULT 'null',
    status text NOT NULL
        CHECK (status IN ('running', 'success', 'error', 'awaiting_approval', 'denied', 'undone')),
    summary text NOT NULL DEFAULT '',
    -- [{before: task|null, after: task|null}]: null before is an added task, null after a deleted
    -- one. Taking a call back compares `after` with the task as it stands.
    changes jsonb NOT NULL DEFAULT '[]',
    started_at timestamptz(3) NOT NULL DEFAULT now(),
    finished_at timestamptz(3),
    duration_ms integer,
    undone_at timestamptz(3) CHECK ((undone_at IS NOT NULL) = (status = 'undone')),
    FOREIGN KEY (run_id, user_id) REFERENCES runs (id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (message_id, user_id) REFERENCES messages (id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (conversation_id, user_id) REFERENCES conversations (id, user_id) ON DELETE CASCADE,
    UNIQUE (message_id, position)
);
CREATE INDEX tool_calls_by_run ON tool_calls (run_id);
-- "Undo that": the newest change of a conversation that still stands.
CREATE INDEX tool_calls_undoable ON tool_calls (conversation_id, finished_at DESC)
    WHERE status = 'success' AND changes <> '[]';

ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
ALTER TABLE tool_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_calls FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON tasks TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));
CREATE POLICY owner ON tool_calls TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));

CREATE POLICY probe ON tasks FOR SELECT TO greenlit_worker USING (id = (SELECT probed_id()));
CREATE POLICY probe ON tool_calls FOR SELECT TO greenlit_worker USING (id = (SELECT probed_id()));

GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO greenlit_app;
GRANT SELECT, INSERT, UPDATE ON tool_calls TO greenlit_app;
GRANT SELECT (id, user_id, deleted_at) ON tasks TO greenlit_worker;
GRANT SELECT (id, user_id) ON tool_calls TO greenlit_worker;
