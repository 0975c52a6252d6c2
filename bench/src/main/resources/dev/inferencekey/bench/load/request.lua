-- Sends one body over and over, with keys in turn, and ends with one line that a program can read.
wrk.method = "POST"
wrk.body = [[@BODY@]]
local keys = { @KEYS@ }
local requests = {}
local turn = 0

function init(arguments)
    for i, key in ipairs(keys) do
        local headers = { @HEADERS@ }
        headers["Content-Type"] = "application/json"
        headers["Authorization"] = "Bearer " .. key
        requests[i] = wrk.format("POST", nil, headers, wrk.body)
    end
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        "RESULT %d %d %d %d %d %d\n",
        summary.requests, summary.duration,
        errors.connect + errors.read + errors.write, errors.timeout, errors.status,
        latency:percentile(50)))
end
