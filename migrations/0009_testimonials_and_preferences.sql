SET LOCAL search_path = greenlit, public;

-- A request that shows what is public and asks for nobody in particular.
CREATE FUNCTION asks_publicly() RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT coalesce(current_setting('greenlit.public', true), '') = 'yes' $$;
GRANT EXECUTE ON FUNCTION asks_publicly() TO greenlit_app, greenlit_worker;

-- What people say about the product, one each.
CREATE TABLE testimonials (
    id uuid PRIMARY KEY,
    user_id text NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
    text text NOT NULL CHECK (char_length(text) BETWEEN 10 AND 500),
    display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 100),
    -- The text's letters and digits, hashed: the same words are not said twice, however they are spaced.
    text_key text NOT NULL CONSTRAINT testimonials_said_once UNIQUE,
    -- NULL once its author withdrew it.
    published_at timestamptz(3) DEFAULT now(),
    -- Set by whoever runs the server. Its author sees that and can neither change it nor
    -- remove the row and begin anew.
    hidden_at timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX testimonials_list ON testimonials (published_at DESC, id DESC)
    WHERE published_at IS NOT NULL AND hidden_at IS NULL;

-- What a person chose. No row: everything as it comes.
CREATE TABLE preferences (
    user_id text PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    -- NULL: as the system.
    theme text CHECK (theme IN ('dark', 'light')),
    -- When the assistant asks before it acts.
    approval text NOT NULL DEFAULT 'destructive' CHECK (approval IN ('always', 'destructive', 'never')),
    -- How many of a conversation's newest messages the model sees; NULL: as the server is set.
    context_messages integer CHECK (context_messages BETWEEN 10 AND 200),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
);

ALTER TABLE testimonials ENABLE ROW LEVEL SECURITY;
ALTER TABLE testimonials FORCE ROW LEVEL SECURITY;
ALTER TABLE preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE preferences FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON testimonials TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));
CREATE POLICY published ON testimonials FOR SELECT TO greenlit_app
    USING ((SELECT asks_publicly()) AND published_at IS NOT NULL AND hidden_at IS NULL);
CREATE POLICY moderation ON testimonials TO greenlit_worker USING (true) WITH CHECK (true);
CREATE POLICY owner ON preferences TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));

GRANT SELECT, INSERT (id, user_id, text, display_name, text_key),
      UPDATE (text, display_name, text_key, published_at, updated_at) ON testimonials TO greenlit_app;
GRANT SELECT (id, published_at, hidden_at), UPDATE (hidden_at) ON testimonials TO greenlit_worker;
GRANT SELECT, INSERT, UPDATE ON preferences TO greenlit_app;

-- Deleting or exporting an account costs what the account holds, not what the tables hold.
CREATE INDEX IF NOT EXISTS conversations_by_user ON conversations (user_id);
CREATE INDEX IF NOT EXISTS runs_by_conversation ON runs (conversation_id);
CREATE INDEX IF NOT EXISTS tool_calls_by_conversation ON tool_calls (conversation_id);
CREATE INDEX IF NOT EXISTS runs_unfinished_by_user ON runs (user_id)
    WHERE status IN ('queued', 'running', 'awaiting_approval');
