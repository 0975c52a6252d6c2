-- Usage records are inserted at the rate of requests, and each tree costs a fifth of that: rows in the order in which they come, one
-- index that both lists them and knows them again, one for the sums.
alter table usage_records rename to usage_records_1;
create table usage_records (
    project_slug      text not null,
    id                text not null,
    request_id        text not null,
    at                integer not null,
    workload_id       text not null,
    workload_slug     text not null,
    key_id            text not null,
    public_id         text not null,
    client_address    text not null,
    route             text not null,
    model             text,
    status            integer not null,
    input_tokens      integer,
    output_tokens     integer,
    cached_tokens     integer,
    duration_micros   integer not null,
    first_byte_micros integer,
    request_bytes     integer not null,
    response_bytes    integer not null,
    streamed          integer not null,
    cancelled         integer not null,
    unique (project_slug, id)
) strict;
insert into usage_records (project_slug, id, request_id, at, workload_id, workload_slug, key_id, public_id,
                           client_address, route, model, status, input_tokens, output_tokens, cached_tokens,
                           duration_micros, first_byte_micros, request_bytes, response_bytes, streamed, cancelled)
    select project_slug, id, '', at, workload_id, workload_slug, key_id, public_id, client_address, route, model, status,
           input_tokens, output_tokens, cached_tokens, duration_micros, first_byte_micros, request_bytes,
           response_bytes, streamed, cancelled
      from usage_records_1
     order by id;
drop table usage_records_1;
create index usage_records_by_time on usage_records (project_slug, at);
