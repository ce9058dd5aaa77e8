SET LOCAL search_path = greenlit, public;

-- What is being written or waits to be, looked up whenever a conversation is opened: without this that reads every run
-- the conversation ever had.
CREATE INDEX runs_unfinished ON runs (conversation_id, created_at, id)
    WHERE status IN ('queued', 'running', 'awaiting_approval');
-- The list's order among tasks of one priority: by the list's own index, a page of the few that are urgent reads all
-- that are not.
CREATE INDEX tasks_by_priority ON tasks (user_id, priority, list_rank, sort_at, place, id) WHERE deleted_at IS NULL;
