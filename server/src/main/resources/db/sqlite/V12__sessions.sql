-- A sign-in is used in the way it was made for: as a browser's cookie or as a program's bearer credential. Nothing tells which of the two
-- the present ones are, and none lasts longer than 12 hours: people sign in once more.
delete from user_sessions;
alter table user_sessions add column kind text not null default 'cookie';

-- A text that only the master key opens which this installation's secrets are sealed with: tells whether master.key is that one.
create table master_key_check (
    id     integer primary key check (id = 1),
    sealed blob not null
) strict;
