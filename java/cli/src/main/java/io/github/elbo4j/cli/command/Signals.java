package io.github.elbo4j.cli.command;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Signals from other processes or the terminal. Java has them in {@code sun.misc.Signal} only; naming that class gives
 * a compiler warning that cannot be switched off, so it is used by reflection.
 */
final class Signals {
    private Signals() {}

    /**
     * Lets {@code heard} run in a thread of its own whenever the signal comes, instead of Java's exit.
     *
     * @param name without SIG: INT, TERM, HUP
     * @return what puts the former state back; it does nothing where the signal cannot be received: this system has
     *     none of that name, or Java was started with -Xrs, or the parent process has it ignored (nohup)
     */
    static Runnable listen(String name, Runnable heard) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method handle = signal.getMethod("handle", signal, handler);
            Object which = signal.getConstructor(String.class).newInstance(name);
            Object listener = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            heard.run();
                            return null;
                        }
                        return method.invoke(heard, arguments); // toString and the like
                    });
            Object former = handle.invoke(null, which, listener);
            return () -> {
                try {
                    handle.invoke(null, which, former);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            };
        } catch (InvocationTargetException e) {
            return () -> {}; // an IllegalArgumentException: it cannot be received
        } catch (ReflectiveOperationException e) {
            return () -> {}; // a Java without the module jdk.unsupported
        }
    }
}
