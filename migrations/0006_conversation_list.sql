SET LOCAL search_path = greenlit, public;

-- Who may find messages by their words. An index on words cannot be used together with a row-level
-- policy: Postgres first asks whose a row is, and only then lets an operator see it that might give
-- the row away. So the two functions below work as a role that is shown every row, and ask
-- themselves whose it is. Nobody can become this role's user: the server only calls its functions.
DO $$
BEGIN
    BEGIN
        CREATE ROLE greenlit_search NOLOGIN NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    -- As in 0001; here it is for giving the functions away.
    BEGIN
        SET LOCAL ROLE greenlit_search;
        RESET ROLE;
    EXCEPTION WHEN insufficient_privilege THEN
        GRANT greenlit_search TO CURRENT_USER;
    END;
END
$$;
GRANT USAGE ON SCHEMA greenlit TO greenlit_search;
GRANT EXECUTE ON FUNCTION actor_id() TO greenlit_search;

-- A text's words as they are, in any language, and its owner as one more word: so one index knows
-- both, and a common word costs nobody the reading of other people's entries. Signs are blanks
-- (`store::search` cuts queries at the same ones), or "report/q4" would be found as a whole only;
-- for the same reason no word of a text can be taken for an owner. What lies beyond the first
-- hundred thousand characters is not found: an index entry has a limit.
CREATE FUNCTION search_words(owner text, content text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(ARRAY['@' || owner])
        || to_tsvector('pg_catalog.simple'::regconfig,
                       translate(left(content, 100000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~“”„‘’–—…«»',
                                 repeat(' ', 48)));

ALTER TABLE conversations
    -- Where the title is from. A model's suggestion only ever takes the place of an automatic one.
    -- The default is for servers that do not know the column yet: theirs are left alone.
    ADD COLUMN title_source text NOT NULL DEFAULT 'user' CHECK (title_source IN ('auto', 'model', 'user')),
    -- An answer ended since the owner last looked.
    ADD COLUMN unread boolean NOT NULL DEFAULT false,
    ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (search_words(user_id, title)) STORED;
ALTER TABLE messages
    -- Not while it is written: each snapshot would be taken apart anew.
    ADD COLUMN search tsvector
        GENERATED ALWAYS AS (CASE WHEN status <> 'streaming' THEN search_words(user_id, content) END) STORED;

CREATE INDEX conversations_search ON conversations USING gin (search);
CREATE INDEX messages_search ON messages USING gin (search);
-- The newest messages of somebody: where a search looks that found no word.
CREATE INDEX messages_by_user ON messages (user_id, id DESC);
-- The sidebar's order. All columns descend, so that one comparison of rows continues a page.
CREATE INDEX conversations_sidebar ON conversations (user_id, pinned DESC, updated_at DESC, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX conversations_deleted ON conversations (user_id, deleted_at DESC, id DESC)
    WHERE deleted_at IS NOT NULL;
-- What is due to be purged; and what hangs on it, which is looked up by the conversation.
CREATE INDEX conversations_purge ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX runs_by_conversation ON runs (conversation_id);
CREATE INDEX tool_calls_by_conversation ON tool_calls (conversation_id);

CREATE POLICY search ON conversations FOR SELECT TO greenlit_search USING (true);
CREATE POLICY search ON messages FOR SELECT TO greenlit_search USING (true);
GRANT SELECT (id, user_id, deleted_at, search) ON conversations TO greenlit_search;
GRANT SELECT (id, user_id, conversation_id, search) ON messages TO greenlit_search;

-- The tsquery of one word: whose something is.
CREATE FUNCTION search_owner() RETURNS tsquery LANGUAGE sql STABLE
    RETURN ('''' || replace(replace('@' || actor_id(), '\', '\\'), '''', '''''') || '''')::tsquery;

-- The actor's conversations whose title matches, newest first. `|| ''` keeps the planner from reading
-- all that is the actor's: the owner is among the index's words already.
CREATE FUNCTION search_titles(wanted tsquery, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = greenlit, pg_temp
    AS $$
    SELECT id FROM conversations
    WHERE search @@ (search_owner() && wanted) AND user_id || '' = actor_id() AND deleted_at IS NULL
    ORDER BY id DESC LIMIT most
    $$;

-- The actor's messages that match, newest first (ids are made in the order of time). Those of
-- deleted conversations are among them.
CREATE FUNCTION search_messages(wanted tsquery, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = greenlit, pg_temp
    AS $$
    SELECT id FROM messages
    WHERE search @@ (search_owner() && wanted) AND user_id || '' = actor_id()
    ORDER BY id DESC LIMIT most
    $$;

REVOKE ALL ON FUNCTION search_titles(tsquery, integer), search_messages(tsquery, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_titles(tsquery, integer), search_messages(tsquery, integer) TO greenlit_app;
GRANT CREATE ON SCHEMA greenlit TO greenlit_search;
ALTER FUNCTION search_titles(tsquery, integer) OWNER TO greenlit_search;
ALTER FUNCTION search_messages(tsquery, integer) OWNER TO greenlit_search;
REVOKE CREATE ON SCHEMA greenlit FROM greenlit_search;

-- What was deleted thirty days ago goes for good, with all that hangs on it.
CREATE POLICY purge ON conversations TO greenlit_worker USING (deleted_at < now() - interval '30 days');
GRANT DELETE ON conversations TO greenlit_worker;
