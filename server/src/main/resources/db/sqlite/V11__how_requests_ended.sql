-- A record tells whether its tokens are estimated because its answer ended early, and the code of what went wrong, which can come after
-- a good status. For that, status in records and sums alike is 1000 more where a request failed although its status tells of success, so
-- that those from 400 on are all that failed.
alter table usage_records add column estimated integer not null default 0;
alter table usage_records add column error text;
