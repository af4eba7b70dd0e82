package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalStream;
import io.github.elbo4j.device.PhiloxRandom;

/** A generator of the JDK's kind that skips ahead, and a stream of a device's normals: both can begin anywhere. */
public class RandomStreams {
    static int word(Key key, long number) {
        PhiloxRandom random = new PhiloxRandom(key);
        random.skip(number);
        return random.nextInt();
    }

    static float[] normals(Device device, Key key, long first, int count) {
        float[] normals = new float[count];
        try (NormalStream stream = new NormalStream(device, key)) {
            stream.fill(first, normals, 0, count);
        }
        return normals;
    }

    public static void main(String[] args) {
        try (Device device = Devices.open("auto")) {
            Key key = new Key(0x123456789abcdef0L);
            System.out.println(word(key, 1L << 40) + " " + normals(device, key, 1L << 40, 1)[0]);
        }
    }
}
