SET LOCAL search_path = greenlit, public;

-- A change is undone and redone as often as one likes. `turn` is what the last of these did, as changes: what stood
-- before it and what stood after it. The next turn goes the other way, so what one overwrote another brings back.
-- Null while there was none: then `changes` is what the next one goes by.
ALTER TABLE tool_calls ADD COLUMN turn jsonb;
ALTER TABLE tool_calls ADD COLUMN redone_at timestamptz(3);

-- "Undo that" means what came to stand last, by the call itself or by a redo.
DROP INDEX tool_calls_undoable;
CREATE INDEX tool_calls_undoable ON tool_calls (conversation_id, (coalesce(redone_at, finished_at)) DESC, id DESC)
    WHERE status = 'success' AND changes <> '[]';
-- "Redo that": what was undone last, and of an answer that was undone at once, its first call.
CREATE INDEX tool_calls_redoable ON tool_calls (conversation_id, undone_at DESC, id)
    WHERE status = 'undone' AND changes <> '[]';
