SET LOCAL search_path = greenlit, public;

-- A conversation is a tree of which one path is shown. Editing a message, or asking for an answer
-- once more, leaves what followed where it is and grows another branch from the same place.
-- `active` marks the path; positions ascend along every path, so that order stays what it was, and
-- everything that reads a history asks for active messages only.
ALTER TABLE messages
    -- The message before it on its path; NULL for a first one. Versions of a message are the
    -- messages with its parent and its role.
    ADD COLUMN parent_id uuid,
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    -- When it was last put on the path: whoever comes back to a branch finds it as it was left.
    ADD COLUMN shown_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN feedback text CHECK (feedback IS NULL OR (feedback IN ('up', 'down') AND role = 'assistant'));
-- The first default was for the rows that are there, and costs no rewriting of them.
ALTER TABLE messages ALTER COLUMN shown_at SET DEFAULT clock_timestamp();

ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
UPDATE messages SET parent_id = placed.parent_id
FROM (SELECT id, lag(id) OVER (PARTITION BY conversation_id ORDER BY position) AS parent_id FROM messages)
     AS placed
WHERE messages.id = placed.id AND placed.parent_id IS NOT NULL;
ALTER TABLE messages FORCE ROW LEVEL SECURITY;

ALTER TABLE messages
    ADD FOREIGN KEY (parent_id, user_id) REFERENCES messages (id, user_id);
-- The shown path from either end; by time for `since`.
CREATE UNIQUE INDEX messages_path ON messages (conversation_id, position) WHERE active;
CREATE INDEX messages_path_by_time ON messages (conversation_id, created_at, position) WHERE active;
DROP INDEX messages_by_time;
CREATE INDEX messages_by_parent ON messages (parent_id, position) WHERE parent_id IS NOT NULL;
CREATE INDEX messages_roots ON messages (conversation_id, position) WHERE parent_id IS NULL;

-- Tool calls of an imported conversation come from no run of ours.
ALTER TABLE tool_calls ALTER COLUMN run_id DROP NOT NULL;

-- A link by which anybody may read a conversation, up to the message that was its last when the
-- link was made: what is said later stays private until it is shared too.
CREATE TABLE shares (
    conversation_id uuid PRIMARY KEY,
    user_id text NOT NULL,
    -- The link's token is a signature of this id, so that its owner can be shown the link again
    -- although nobody can read it from here.
    id uuid NOT NULL UNIQUE,
    -- SHA-256 of the token, hex.
    token_hash text NOT NULL UNIQUE,
    up_to_position integer NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    FOREIGN KEY (conversation_id, user_id) REFERENCES conversations (id, user_id) ON DELETE CASCADE
);
ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE shares FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON shares TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));
GRANT SELECT, INSERT, UPDATE, DELETE ON shares TO greenlit_app;

-- Whoever holds a link is nobody's user. They read as a role of their own, which is granted the
-- columns that a shared page shows and none that says whose they are. Made as in 0001.
DO $$
BEGIN
    BEGIN
        CREATE ROLE greenlit_guest NOLOGIN NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    BEGIN
        SET LOCAL ROLE greenlit_guest;
        RESET ROLE;
    EXCEPTION WHEN insufficient_privilege THEN
        EXECUTE 'GRANT greenlit_guest TO CURRENT_USER';
    END;
END
$$;
GRANT USAGE ON SCHEMA greenlit TO greenlit_guest;

-- The hash of the token in the address.
CREATE FUNCTION presented_share() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('greenlit.share', true), '') $$;
GRANT EXECUTE ON FUNCTION presented_share() TO greenlit_guest;

CREATE POLICY presented ON shares FOR SELECT TO greenlit_guest
    USING (token_hash = (SELECT presented_share()));
CREATE POLICY presented ON conversations FOR SELECT TO greenlit_guest
    USING (deleted_at IS NULL AND id = (SELECT conversation_id FROM shares));
-- Through conversations, so that a deleted one shows nothing either.
CREATE POLICY presented ON messages FOR SELECT TO greenlit_guest
    USING (active AND conversation_id = (SELECT id FROM conversations)
           AND position <= (SELECT up_to_position FROM shares));
CREATE POLICY presented ON tool_calls FOR SELECT TO greenlit_guest
    USING (EXISTS (SELECT FROM messages WHERE messages.id = message_id));

GRANT SELECT (conversation_id, token_hash, up_to_position) ON shares TO greenlit_guest;
GRANT SELECT (id, title, deleted_at) ON conversations TO greenlit_guest;
GRANT SELECT (id, conversation_id, position, role, content, parts, status, active, created_at)
    ON messages TO greenlit_guest;
-- What a call was about, not what it was given or found: a list of tasks is not part of the talk.
GRANT SELECT (id, message_id, position, tool_name, status, summary) ON tool_calls TO greenlit_guest;
