SET LOCAL search_path = greenlit, public;

-- How somebody wants times and dates written, beside where they are. They stand with the user and not with the other
-- preferences because every request needs them, and so the session's own query brings them. NULL: as the browser does.
ALTER TABLE users
    -- The time zone was chosen by hand: what browsers tell no longer moves it.
    ADD COLUMN time_zone_chosen boolean NOT NULL DEFAULT false,
    ADD COLUMN clock text CHECK (clock IN ('12h', '24h')),
    ADD COLUMN date_order text CHECK (date_order IN ('day_first', 'month_first')),
    ADD COLUMN first_day text CHECK (first_day IN ('monday', 'saturday', 'sunday'));
