-- The work of a gateway, as one would write it for nginx: key verified by its SHA-256, grant checked, `model` replaced, usage read.
local cjson = require "cjson.safe"
local ffi = require "ffi"
local bit = require "bit"

ffi.cdef [[ unsigned char *SHA256(const unsigned char *data, size_t length, unsigned char *digest); ]]
local digest = ffi.new("unsigned char[32]")

-- public id -> SHA-256 of the secret, project, granted workloads
local keys = {
@KEYS@
}
-- project/workload -> what serves it
local endpoints = { ["@PROJECT@/@WORKLOAD@"] = { model = "@MODEL@" } }

local M = {}

local function refuse(status, code, message)
    ngx.status = status
    ngx.header["Content-Type"] = "application/json"
    ngx.say(cjson.encode({ error = { message = message, type = "invalid_request_error", code = code } }))
    return ngx.exit(status)
end

-- Compares in constant time.
local function same(a, b)
    local difference = bit.bxor(#a, #b)
    for i = 1, #a do
        difference = bit.bor(difference, bit.bxor(a:byte(i), b:byte(i) or 0))
    end
    return difference == 0
end

function M.admit()
    local header = ngx.var.http_authorization
    if not header then
        return refuse(401, "invalid_api_key", "no API key was sent")
    end
    local id, secret = header:match("^Bearer ik_live_(%x%x%x%x%x%x%x%x)_(%x+)$")
    if not id or #secret ~= 64 then
        return refuse(401, "invalid_api_key", "this is not an API key")
    end
    ffi.C.SHA256(secret, #secret, digest)
    local known = keys[id]
    if not known or not same(ffi.string(digest, 32), known.sha256) then
        return refuse(401, "invalid_api_key", "not a valid API key")
    end
    local project, workload, route = ngx.var.uri:match("^/endpoint/([^/]+)/([^/]+)(/.*)$")
    if project ~= known.project then
        return refuse(403, "project_scope_mismatch", "a key of another project")
    end
    if not known.all and not known.workloads[workload] then
        return refuse(403, "scope_insufficient", "the key does not cover the workload")
    end
    local endpoint = endpoints[project .. "/" .. workload]
    if not endpoint then
        return refuse(404, "workload_not_found", "there is no such workload")
    end
    ngx.req.read_body()
    local body = cjson.decode(ngx.req.get_body_data() or "")
    if type(body) ~= "table" then
        return refuse(400, "invalid_request", "the body is not a JSON object")
    end
    body.model = endpoint.model
    if body.stream then
        body.stream_options = body.stream_options or {}
        body.stream_options.include_usage = true
    end
    ngx.req.set_body_data(cjson.encode(body))
    ngx.ctx.streamed = body.stream
    ngx.var.ik_key = id
    ngx.var.ik_workload = workload
    ngx.var.ik_model = endpoint.model
    ngx.var.ik_route = route
end

local function note(answer)
    local usage = answer and answer.usage
    if type(usage) == "table" then
        ngx.var.ik_input = usage.prompt_tokens
        ngx.var.ik_output = usage.completion_tokens
        local details = usage.prompt_tokens_details
        ngx.var.ik_cached = type(details) == "table" and details.cached_tokens or ""
    end
end

function M.read_usage()
    local ctx = ngx.ctx
    local chunk, last = ngx.arg[1], ngx.arg[2]
    if ctx.streamed then
        -- Only an event that speaks of usage is worth reading.
        if chunk ~= "" and chunk:find('"usage":{', 1, true) then
            for event in chunk:gmatch("data: ({[^\n]*})") do
                note(cjson.decode(event))
            end
        end
    elseif ngx.status == 200 then
        if chunk ~= "" then
            ctx.body = ctx.body and ctx.body .. chunk or chunk
        end
        if last and ctx.body then
            note(cjson.decode(ctx.body))
        end
    end
end

return M
