package io.resnetspark.bench.process;

/** What a {@link WorkloadServer} says, one line each. */
sealed interface Reply {

    String line();

    /**
     * The workload is open.
     *
     * @param parameters number of trained parameters
     * @param description of the system
     */
    record Ready(long parameters, String description) implements Reply {
        @Override
        public String line() {
            return "ready %d %s".formatted(parameters, description);
        }
    }

    /**
     * The steps are done.
     *
     * @param seconds they took
     */
    record Done(double seconds) implements Reply {
        @Override
        public String line() {
            return "done " + seconds;
        }
    }

    /** Nothing more will come. */
    record Failed(String reason) implements Reply {
        @Override
        public String line() {
            return "failed " + reason.lines().findFirst().orElse("");
        }
    }

    static Reply parse(String line) {
        String[] words = line.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "ready" -> {
                String[] parts = rest.split(" ", 2);
                yield new Ready(Long.parseLong(parts[0]), parts[1]);
            }
            case "done" -> new Done(Double.parseDouble(rest));
            case "failed" -> new Failed(rest);
            default -> throw new IllegalArgumentException("A benchmark process answered: " + line);
        };
    }
}
