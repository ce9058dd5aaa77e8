SET LOCAL search_path = greenlit, public;

CREATE TABLE runs (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    conversation_id uuid NOT NULL,
    user_message_id uuid NOT NULL,
    assistant_message_id uuid NOT NULL,
    status text NOT NULL
        CHECK (status IN ('queued', 'running', 'awaiting_approval', 'completed', 'failed', 'cancelled')),
    -- The last event in the log; the writer counts on from here.
    last_seq bigint NOT NULL DEFAULT 0,
    -- Which server process works on the run, until when it may without saying so again, and how
    -- often the run changed hands. A writer that lost the run has an old epoch and changes nothing.
    lease_owner uuid,
    lease_epoch integer NOT NULL DEFAULT 0,
    lease_expires_at timestamptz(3),
    heartbeat_at timestamptz(3),
    takeovers integer NOT NULL DEFAULT 0,
    -- Set by whoever asks for a stop, on whichever server; the worker reads it with its heartbeat.
    cancel_requested_at timestamptz(3),
    model text NOT NULL DEFAULT '',
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    -- Not now(): that is when the transaction began, before it waited for the conversation's lock.
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz(3),
    ended_at timestamptz(3),
    FOREIGN KEY (conversation_id, user_id) REFERENCES conversations (id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (user_message_id, user_id) REFERENCES messages (id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (assistant_message_id, user_id) REFERENCES messages (id, user_id) ON DELETE CASCADE,
    UNIQUE (id, user_id)
);
-- One answer at a time in a conversation; what is sent meanwhile waits as queued.
CREATE UNIQUE INDEX runs_one_active ON runs (conversation_id)
    WHERE status IN ('running', 'awaiting_approval');
CREATE INDEX runs_queue ON runs (conversation_id, created_at, id) WHERE status = 'queued';
CREATE INDEX runs_leases ON runs (lease_expires_at) WHERE status = 'running';
CREATE INDEX runs_by_user_message ON runs (user_message_id);
CREATE INDEX runs_by_assistant_message ON runs (assistant_message_id);

-- Append-only, and logged: what was acknowledged survives a crash of Postgres too.
CREATE TABLE run_events (
    run_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    user_id text NOT NULL,
    event text NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, seq),
    FOREIGN KEY (run_id, user_id) REFERENCES runs (id, user_id) ON DELETE CASCADE
);

ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs FORCE ROW LEVEL SECURITY;
ALTER TABLE run_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE run_events FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON runs TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));
CREATE POLICY owner ON run_events TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));

-- The worker finds runs whose server died and runs that wait for nobody, and claims them. What is
-- in them it cannot see: it goes on as their user.
CREATE POLICY leases ON runs TO greenlit_worker USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON runs TO greenlit_app;
GRANT SELECT, INSERT ON run_events TO greenlit_app;
GRANT SELECT (id, user_id, conversation_id, status, lease_owner, lease_epoch, lease_expires_at,
              takeovers, created_at),
      UPDATE (lease_owner, lease_epoch, lease_expires_at, heartbeat_at, takeovers)
    ON runs TO greenlit_worker;
