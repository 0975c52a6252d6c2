package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An installation with a million keys: how long does a node start, what does a key cost it, how long does each page of a list take? */
final class ManyKeys {
    private static final double MOST_MILLIS = 150;
    private static final int TRIES = 15;
    private static final String PROJECT = "/api/projects/" + Nodes.PROJECT;
    private static final String KEYS = PROJECT + "/keys";

    private ManyKeys() {}

    static List<Figure> run(Nodes nodes, int count) {
        Node node = nodes.get(0);
        String template = nodes.mint("template").get("id").asString();
        double before = restart(node);
        long empty = node.resident();
        KeyFlood.pour(nodes, template, count);
        double after = restart(node);
        long full = node.resident();
        List<Figure> figures = new ArrayList<>();
        String with = count + " keys: ";
        figures.add(Figure.stated(
                with + "start of a node, against one with few",
                Figure.number(after) + " s, " + Figure.number(before) + " s"));
        figures.add(Figure.stated(with + "memory of a node for each", (full - empty) / count + " bytes"));
        pages(node).forEach((name, path) -> figures.add(page(with + name, node, path)));
        return figures;
    }

    private static double restart(Node node) {
        node.stop();
        long begun = System.nanoTime();
        node.start();
        return (System.nanoTime() - begun) / 1e9;
    }

    private static Map<String, String> pages(Node node) {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("first page", KEYS + "?limit=50");
        pages.put("next page", next(node, KEYS + "?limit=50"));
        pages.put("those that are active", KEYS + "?limit=50&state=active");
        pages.put("page of revoked ones, of which there are none", KEYS + "?limit=50&state=revoked");
        pages.put("search for a name that many have", KEYS + "?limit=50&search=customer");
        pages.put("search for one", KEYS + "?limit=50&search=customer%20654321");
        pages.put("search for none", KEYS + "?limit=50&search=nobody");
        pages.put("those that may call a workload", KEYS + "?limit=50&callable=" + Nodes.WORKLOAD);
        pages.put("those that may call a workload that none names", KEYS + "?limit=50&callable=nobodys");
        pages.put("those that have the entire project", KEYS + "?limit=50&entire_project=true");
        pages.put("expired ones, of which there are none", KEYS + "?limit=50&state=expired");
        pages.put("disabled ones of a name that many have", KEYS + "?limit=50&state=disabled&search=customer");
        pages.put("workloads", PROJECT + "/workloads");
        pages.put("single requests", PROJECT + "/usage/records?limit=50");
        pages.put("usage by key", PROJECT + "/usage/breakdown?group_by=key");
        pages.put("what usage can be grouped by", PROJECT + "/usage/values");
        pages.put("audit events", PROJECT + "/audit?limit=50");
        pages.put("tokens", PROJECT + "/tokens?limit=50");
        return pages;
    }

    private static String next(Node node, String path) {
        String link = node.http()
                .get(path, node.operator())
                .expect(200)
                .raw()
                .headers()
                .firstValue("Link")
                .orElseThrow();
        return link.substring(link.indexOf('<') + 1, link.indexOf('>'));
    }

    private static Figure page(String what, Node node, String path) {
        Http http = node.http();
        String operator = node.operator();
        List<Double> millis = new ArrayList<>();
        for (int i = -3; i < TRIES; i++) {
            long begun = System.nanoTime();
            http.get(path, operator).expect(200);
            if (i >= 0) {
                millis.add((System.nanoTime() - begun) / 1e6);
            }
        }
        return Figure.atMost(what, MOST_MILLIS, new Millis(millis).quantile(0.5), "ms");
    }
}
