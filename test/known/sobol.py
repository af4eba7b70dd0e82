"""Known answers for Sobol's points: those of SciPy's generator (direction numbers new-joe-kuo-6.21201), not scrambled.

A line is: the number of the point, the dimension from 0, the point's 32 binary digits as a whole number.
Needs numpy and SciPy 1.17.1:  python3 sobol.py > sobol.txt
"""

from scipy.stats import qmc

DIMENSIONS = [0, 1, 2, 3, 4, 17, 100, 511, 1022, 1023]
POINTS = [*range(17), 31, 32, 33, 100, 1023, 4097, 65535, 1048581]


def main():
    print("# SciPy 1.17.1, scipy.stats.qmc.Sobol(1024, scramble=False, bits=32); see sobol.py")
    for number in POINTS:
        generator = qmc.Sobol(1024, scramble=False, bits=32)
        if number:
            generator.fast_forward(number)
        point = generator.random(1)[0]
        for d in DIMENSIONS:
            print(number, d, int(point[d] * 2**32))


if __name__ == "__main__":
    main()
