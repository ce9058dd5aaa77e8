SET LOCAL search_path = greenlit, public;

-- Deleting or exporting an account costs what the account holds, not what the table holds. The lists' indexes leave
-- deleted tasks out, and the foreign key asks for all.
CREATE INDEX tasks_by_user ON tasks (user_id);
