package dev.inferencekey.server.admin;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.Metric.Kind;
import dev.inferencekey.server.ports.metrics.Metric.Value;
import dev.inferencekey.server.ports.metrics.MetricSource;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.RuntimeMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process and its JVM, under the names that Prometheus's own Java client gives them, so that existing dashboards fit. Thread-safe. */
final class ProcessMetrics implements MetricSource {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        addProcess(metrics);
        addMemory(metrics);
        addCollections(metrics);
        metrics.add(Metric.gauge(
                "jvm_threads_current",
                "Platform threads now.",
                ManagementFactory.getThreadMXBean().getThreadCount()));
        metrics.add(Metric.gauge(
                "jvm_classes_currently_loaded",
                "Classes that are loaded now.",
                ManagementFactory.getClassLoadingMXBean().getLoadedClassCount()));
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        metrics.add(new Metric(
                "jvm_runtime_info",
                "Which Java runs this.",
                Kind.GAUGE,
                List.of("version", "vendor"),
                List.of(new Value(List.of(runtime.getVmVersion(), runtime.getVmVendor()), 1))));
        return metrics;
    }

    private static void addProcess(List<Metric> to) {
        to.add(Metric.gauge(
                "process_start_time_seconds",
                "When the process started, seconds since 1970.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            to.add(Metric.counter(
                    "process_cpu_seconds_total",
                    "CPU time that the process has used.",
                    Math.max(0, system.getProcessCpuTime() / NANOS_PER_SECOND)));
            to.add(Metric.gauge("process_open_fds", "Open file descriptors.", system.getOpenFileDescriptorCount()));
            to.add(Metric.gauge(
                    "process_max_fds", "File descriptors that may be open.", system.getMaxFileDescriptorCount()));
        }
        long resident = residentBytes();
        if (resident >= 0) {
            to.add(Metric.gauge("process_resident_memory_bytes", "Memory in use, as the kernel counts.", resident));
        }
    }

    /** -1 where the kernel does not tell. */
    private static long residentBytes() {
        try {
            for (String line : Files.readAllLines(STATUS, StandardCharsets.US_ASCII)) {
                if (line.startsWith(RESIDENT)) {
                    String[] words = line.substring(RESIDENT.length()).strip().split(" ", -1);
                    return Long.parseLong(words[0]) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return -1; // Another system, which has other ways.
        }
        return -1;
    }

    private static void addMemory(List<Metric> to) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        MemoryUsage heap = memory.getHeapMemoryUsage();
        MemoryUsage other = memory.getNonHeapMemoryUsage();
        to.add(areas("jvm_memory_used_bytes", "Memory that is used.", heap.getUsed(), other.getUsed()));
        to.add(areas("jvm_memory_committed_bytes", "Memory that is taken.", heap.getCommitted(), other.getCommitted()));
        to.add(areas("jvm_memory_max_bytes", "Memory that may be taken, -1 for any.", heap.getMax(), other.getMax()));
        List<Metric.Point> pools = new ArrayList<>();
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            pools.add(Metric.whole(List.of(pool.getName()), pool.getMemoryUsed()));
        }
        to.add(new Metric(
                "jvm_buffer_pool_used_bytes", "Memory outside the heap.", Kind.GAUGE, List.of("pool"), pools));
    }

    private static Metric areas(String name, String help, long heap, long other) {
        return new Metric(
                name,
                help,
                Kind.GAUGE,
                List.of("area"),
                List.of(Metric.whole(List.of("heap"), heap), Metric.whole(List.of("nonheap"), other)));
    }

    private static void addCollections(List<Metric> to) {
        List<Metric.Point> points = new ArrayList<>();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            points.add(new Metric.Distribution(
                    List.of(collector.getName()),
                    List.of(),
                    List.of(Math.max(0, collector.getCollectionCount())),
                    Math.max(0, collector.getCollectionTime()) / MILLIS_PER_SECOND));
        }
        to.add(new Metric("jvm_gc_collection_seconds", "Time spent on garbage.", Kind.SUMMARY, List.of("gc"), points));
    }
}
