package dev.inferencekey.server.ports.health;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether this process is well. Thread-safe; asking looks anew and takes a second at most. */
public interface Health {
    /** Whether the process does its work at all; if not, only a restart helps. */
    Report live();

    /** Whether requests should be sent here. */
    Report ready();

    /** What was found; well if every check that is required is. */
    record Report(List<Check> checks) {
        public Report {
            checks = List.copyOf(checks);
        }

        /**
         * The report in plain Java, ready to be written as JSON: the same at every door.
         *
         * @param what {@code live} or {@code ready}; a {@code not_} is put before it if it is not so
         */
        public Map<String, Object> body(String what) {
            List<Map<String, Object>> all = new ArrayList<>();
            for (Check check : checks) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("name", check.name());
                one.put("ok", check.ok());
                one.put("required", check.required());
                one.put("message", check.message());
                one.put("since", check.since().toString());
                all.add(one);
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("status", well() ? what : "not_" + what);
            body.put("checks", all);
            return body;
        }

        public boolean well() {
            return checks.stream().allMatch(check -> check.ok() || !check.required());
        }
    }

    /**
     * One thing that was looked at.
     *
     * @param name short and fixed, such as {@code access_table}
     * @param required whether the whole is not well without it
     * @param message for people
     * @param since when it was first seen to be as it is, without a break
     */
    record Check(String name, boolean ok, boolean required, String message, Instant since) {}
}
