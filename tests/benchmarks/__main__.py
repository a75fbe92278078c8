"""Print every benchmark: python -m tests.benchmarks"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import warnings

from . import track1, track2


def table(title, values, form="{:.2f}"):
    print(f"\n{title}")
    for name, value in values.items():
        print(f"  {name:<34} {form.format(value):>10}")


def first_track():
    warnings.filterwarnings("ignore", message="fit needs more than max_iter")
    print("Track 1: 100 held-out digits, sigma 25.")
    table("m = 16, K = 11: time / bare float32 GEMM of the same size", track1.against_the_bound(16, 11))
    table("m = 5, K = 50: time / bare float32 GEMM of the same size", track1.against_the_bound(5, 50))
    table("m = 16, K = 11: time of others / ours (whole gate)", track1.against_other_methods())
    loop = {"literal loop": track1.against_the_literal_loop()}
    table("report's literal loop, extrapolated, / ours", loop, "{:,.0f}")
    lost = dict(zip(("gray levels, largest", "dB lost"), track1.precision_and_gate()))
    table("float32 against float64, gate of rank 64", lost, "{:.5f}")
    table("a fit of 5 iterations (m = 8, K = 11) as patches double", track1.fit_growth())


def second_track():
    print("\n\nTrack 2: N pictures of H x W, face h x w.")
    for N, H, W, h, w in track2.SIZES:
        size = f"{N} x ({H} x {W}), face {h} x {w}"
        table(f"{size}: time / bare rfft2 + irfft2 of the pictures", track2.against_the_bound(N, H, W, h, w))
        table(f"{size}: an iteration of fit / bare", track2.iteration_of_fit(N, H, W, h, w))
        table(f"{size}: time of others / ours", track2.against_others(N, H, W, h, w), "{:,.1f}")
        table(f"{size}: memory beside the pictures / pictures", {"fit": track2.extra_memory(N, H, W, h, w)})
    for title, sizes in track2.GROWTH.items():
        grown = track2.growth(sizes)
        table(f"{title}: time / first", {str(size): first for size, (first, _) in grown.items()})
        table(f"{title}: time / bare transforms", {str(size): bare for size, (_, bare) in grown.items()})


def main():
    print("Ratios, measured alternately in one process with one BLAS thread.\n")
    first_track()
    second_track()


if __name__ == "__main__":
    main()
