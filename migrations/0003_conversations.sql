SET LOCAL search_path = greenlit, public;

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    pinned boolean NOT NULL DEFAULT false,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    deleted_at timestamptz(3),
    -- Kept here so that the list costs the same however long the conversations are.
    message_count integer NOT NULL DEFAULT 0,
    last_message_preview text,
    -- The position of the next message; also the lock that puts two simultaneous sends in order.
    next_position integer NOT NULL DEFAULT 1,
    -- Lets children name their owner in the foreign key, so that a row of one user can never hang
    -- on a conversation of another.
    UNIQUE (id, user_id)
);
CREATE INDEX conversations_list ON conversations (user_id, updated_at DESC, id DESC)
    WHERE deleted_at IS NULL;

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    conversation_id uuid NOT NULL,
    -- From 1 within the conversation, in the order of the conversation's lock: clocks of two
    -- servers may disagree, this does not.
    position integer NOT NULL,
    role text NOT NULL CHECK (role IN ('user', 'assistant')),
    -- While a message streams this is a snapshot that covers the run's events up to snapshot_seq.
    content text NOT NULL DEFAULT '',
    parts jsonb NOT NULL DEFAULT '[]',
    snapshot_seq bigint NOT NULL DEFAULT 0,
    status text NOT NULL
        CHECK (status IN ('complete', 'streaming', 'awaiting_approval', 'failed', 'cancelled')),
    run_id uuid,
    -- {code, message, retryable} exactly while the status is failed.
    failure jsonb CHECK ((failure IS NOT NULL) = (status = 'failed')),
    -- A repeated send with the same key answers like the first; it never expires. The hash tells
    -- whether it is the same text.
    idempotency_key text CHECK (char_length(idempotency_key) BETWEEN 1 AND 200),
    idempotency_hash text,
    -- Not now(): that is when the transaction began, before it waited for the conversation's lock.
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (conversation_id, user_id) REFERENCES conversations (id, user_id) ON DELETE CASCADE,
    UNIQUE (conversation_id, position),
    UNIQUE (id, user_id),
    CHECK (role = 'assistant' OR char_length(content) BETWEEN 1 AND 10000)
);
CREATE INDEX messages_by_time ON messages (conversation_id, created_at);
CREATE UNIQUE INDEX messages_idempotency ON messages (user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

ALTER TABLE conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON conversations TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));
CREATE POLICY owner ON messages TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));

CREATE POLICY probe ON conversations FOR SELECT TO greenlit_worker USING (id = (SELECT probed_id()));
CREATE POLICY probe ON messages FOR SELECT TO greenlit_worker USING (id = (SELECT probed_id()));

GRANT SELECT, INSERT, UPDATE, DELETE ON conversations, messages TO greenlit_app;
GRANT SELECT (id, user_id, deleted_at) ON conversations TO greenlit_worker;
GRANT SELECT (id, user_id) ON messages TO greenlit_worker;
