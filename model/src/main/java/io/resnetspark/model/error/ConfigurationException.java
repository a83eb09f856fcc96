package io.resnetspark.model.error;

/** Options, configuration or their combination cannot work: exit code 2. */
public final class ConfigurationException extends ResNetSparkException {

    private static final long serialVersionUID = 1L;

    public ConfigurationException(String message) {
        super(message);
    }

    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
