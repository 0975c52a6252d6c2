-- Usage records are inserted at the rate of requests, and most of that was texts which repeat from request to request and trees beside
-- the rows. Now each combination of those texts is kept once, and the rows are their own index: by project and time, which lists them,
-- sums them, and knows one again that is imported twice.

create table usage_projects (
    id   integer primary key,
    slug text not null unique
) strict;

create table usage_series (
    id            integer primary key,
    workload_id   text not null,
    workload_slug text not null,
    key_id        text not null,
    public_id     text not null,
    route         text not null,
    model         text
) strict;
-- No two nulls are equal to a unique constraint; a model without a name does not exist.
create unique index usage_series_by_texts
    on usage_series (public_id, workload_id, route, key_id, workload_slug, coalesce(model, ''));

alter table usage_records rename to usage_records_3;
create table usage_records (
    project           integer not null,
    at                integer not null,
    id                text not null,
    series            integer not null,
    request_id        text not null,
    client_address    text not null,
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
    primary key (project, at, id)
) strict, without rowid;

insert into usage_projects (slug)
    select distinct project_slug from usage_records_3;
insert into usage_series (workload_id, workload_slug, key_id, public_id, route, model)
    select distinct workload_id, workload_slug, key_id, public_id, route, model from usage_records_3;
insert into usage_records (project, at, id, series, request_id, client_address, status, input_tokens, output_tokens, cached_tokens,
                           duration_micros, first_byte_micros, request_bytes, response_bytes, streamed, cancelled)
    select p.id, r.at, r.id, s.id, r.request_id, r.client_address, r.status, r.input_tokens, r.output_tokens,
           r.cached_tokens, r.duration_micros, r.first_byte_micros, r.request_bytes, r.response_bytes, r.streamed, r.cancelled
      from usage_records_3 r
      join usage_projects p on p.slug = r.project_slug
      join usage_series s
        on s.public_id = r.public_id and s.workload_id = r.workload_id and s.route = r.route and s.key_id = r.key_id
           and s.workload_slug = r.workload_slug and coalesce(s.model, '') = coalesce(r.model, '')
     order by p.id, r.at, r.id;
drop table usage_records_3;
