SET LOCAL search_path = greenlit, public;

-- Times have three fraction digits everywhere: the wire has no more, and a cursor made from a time
-- must find exactly the row it was made from.
CREATE TABLE users (
    -- Ours have 32 letters and digits; an outside token's `sub` is taken as it is.
    id text PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 64),
    name text NOT NULL DEFAULT '',
    -- Lower case. NULL for a user whom a token introduced without one.
    email text UNIQUE CHECK (email = lower(email)),
    email_verified boolean NOT NULL DEFAULT false,
    image text,
    -- IANA name; what "tomorrow" means depends on it.
    time_zone text NOT NULL DEFAULT 'UTC',
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
);

-- One row for each way of signing in; so far only provider "credential" (a password).
CREATE TABLE accounts (
    id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
    provider_id text NOT NULL,
    account_id text NOT NULL,
    -- argon2id in PHC form.
    password_hash text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    UNIQUE (provider_id, account_id)
);
CREATE INDEX accounts_by_user ON accounts (user_id);

CREATE TABLE sessions (
    id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
    -- SHA-256 of the token, hex: a stolen copy of this table opens no session.
    token_hash text NOT NULL UNIQUE,
    expires_at timestamptz(3) NOT NULL,
    -- False: ends with the browser, after a day at the latest, and is never prolonged.
    remembered boolean NOT NULL,
    ip_address text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '',
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;

-- `(SELECT f())` makes the planner call f once for a query, not once for a row.
CREATE POLICY owner ON users TO greenlit_app
    USING (id = (SELECT actor_id())) WITH CHECK (id = (SELECT actor_id()));
CREATE POLICY owner ON accounts TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));
CREATE POLICY owner ON sessions TO greenlit_app
    USING (user_id = (SELECT actor_id())) WITH CHECK (user_id = (SELECT actor_id()));

-- Before anybody is known there is only what the request presents. These policies show the row
-- that it names, read-only.
CREATE POLICY presented ON sessions FOR SELECT TO greenlit_app
    USING (token_hash = (SELECT presented_session()));
CREATE POLICY presented_session ON users FOR SELECT TO greenlit_app
    USING (id = (SELECT user_id FROM sessions WHERE token_hash = (SELECT presented_session())));
CREATE POLICY presented_email ON users FOR SELECT TO greenlit_app
    USING (email = (SELECT presented_email()));
CREATE POLICY presented_email ON accounts FOR SELECT TO greenlit_app
    USING (user_id = (SELECT id FROM users WHERE email = (SELECT presented_email())));

-- Expired sessions are swept.
CREATE POLICY expired ON sessions TO greenlit_worker USING (expires_at <= now());

GRANT SELECT, INSERT, UPDATE, DELETE ON users, accounts, sessions TO greenlit_app;
GRANT SELECT (id, expires_at), DELETE ON sessions TO greenlit_worker;
