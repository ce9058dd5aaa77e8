-- A schema of our own: people point Greenlit at databases that hold other things too, and
-- "messages" or "tasks" are names that others like as well. `store` sets the search path at the
-- start of every transaction, because a transaction pooler forgets session settings.
CREATE SCHEMA IF NOT EXISTS greenlit;
SET LOCAL search_path = greenlit, public;

-- The server's work is done by roles that own nothing and cannot log in. Whoever owns the database
-- (often a superuser, for whom row-level security does not exist) only runs migrations and then
-- steps down with SET LOCAL ROLE in each transaction.
--
--   greenlit_app     acts for one user at a time; sees that user's rows and no others
--   greenlit_worker  looks after leases, expired sessions and the question "does this id exist at
--                    all"; sees of other tables only the columns these need
--
-- Roles belong to the whole cluster, so another database may have made them already, even at this
-- very moment.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['greenlit_app', 'greenlit_worker'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        -- Trying is the one test that is right on every version: since Postgres 16 a role's maker
        -- is its administrator without being allowed to become it.
        BEGIN
            EXECUTE format('SET LOCAL ROLE %I', role_name);
            EXECUTE 'RESET ROLE';
        EXCEPTION WHEN insufficient_privilege THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END;
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA greenlit TO greenlit_app, greenlit_worker;

-- Who is asking, for this transaction only. NULL when nobody is: no row equals NULL, so a query
-- without an actor sees nothing.
CREATE FUNCTION actor_id() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('greenlit.user_id', true), '') $$;

-- The e-mail address that somebody signs in with: shows that one account and nothing else.
CREATE FUNCTION presented_email() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('greenlit.email', true), '') $$;

-- The hash of the session token that a request carries: shows that one session and its user.
CREATE FUNCTION presented_session() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('greenlit.session', true), '') $$;

-- The id that is asked about, to tell "somebody else's" from "does not exist".
CREATE FUNCTION probed_id() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('greenlit.probe', true), '')::uuid $$;

GRANT EXECUTE ON FUNCTION actor_id(), presented_email(), presented_session(), probed_id()
    TO greenlit_app, greenlit_worker;
