package app;

import dev.inferencekey.DataClient;
import dev.inferencekey.contract.workload.TaskType;

public class Vectors {
    public static void main(String[] args) {
        try (DataClient data = DataClient.fromEnv()) {
            int length = data.endpoint("vectors").embed("Hello!").embeddings().get(0).length;
            System.out.println(length + " numbers of " + TaskType.EMBEDDING + " from " + DataClient.class.getModule());
        }
    }
}
