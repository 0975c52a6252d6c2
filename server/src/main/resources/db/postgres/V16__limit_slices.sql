-- How the limits of a key or a workload are divided among the nodes that share this store: one row for each that is in use, since it
-- changes as a whole and under its lock. slices: one line for each quantity and node, see SqlLimitSlices. short: 1 if a node has less than it needs.
create table limit_slices (
    subject text collate "C" primary key,
    slices  text collate "C" not null,
    short   integer not null
) with (fillfactor = 50); -- Changed often: a new version finds room beside the old one.
create index limit_slices_short on limit_slices (subject) where short = 1;
