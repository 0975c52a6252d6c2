// docs:start hello
import dev.inferencekey.DataClient;
import dev.inferencekey.TextParams;

public class Hello {
    public static void main(String[] args) {
        try (DataClient data = DataClient.fromEnv()) {
            System.out.println(data.endpoint("hello").generateText(TextParams.ofPrompt("Hello!")).text());
        }
    }
}
// docs:end hello
