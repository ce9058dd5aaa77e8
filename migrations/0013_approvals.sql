SET LOCAL search_path = greenlit, public;

-- A run that waits for a person holds no lease and no connection. The worker ends it when nobody answers.
ALTER TABLE runs ADD COLUMN approval_expires_at timestamptz(3);
CREATE INDEX runs_approvals ON runs (approval_expires_at) WHERE status = 'awaiting_approval';
GRANT SELECT (approval_expires_at) ON runs TO greenlit_worker;

-- When a person allowed or denied the call; those that were not asked about have none. What the model had asked for
-- stays where a person changed it.
ALTER TABLE tool_calls ADD COLUMN decided_at timestamptz(3);
ALTER TABLE tool_calls ADD COLUMN asked_arguments jsonb;
