package io.github.elbo4j.cuda;

import jcuda.driver.CUfunction;

/** A kernel of the loaded module. */
record Kernel(String name, CUfunction function) {}
