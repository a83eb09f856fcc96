package io.resnetspark.bench.workload;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** An {@link NDManager} whose arrays hold nothing, so that DJL works out parameters' shapes without an engine. */
final class ShapesOnly {

    private ShapesOnly() {}

    static NDManager manager() {
        return proxy(NDManager.class);
    }

    private static <T> T proxy(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> answer(method)));
    }

    private static Object answer(Method method) {
        Class<?> result = method.getReturnType();
        if (result == NDArray.class || result == NDManager.class) {
            return proxy(result);
        }
        if (result == Device.class) {
            return Device.cpu();
        }
        if (result == void.class) {
            return null;
        }
        throw new UnsupportedOperationException("Working out shapes must not need " + method);
    }
}
