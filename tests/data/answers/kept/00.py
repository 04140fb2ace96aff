# ruff: noqa
# === 00a wrong conceptual: the mean so far and the next step are averaged half and half
def mean_over_time(x):
    mean = x[:, 0]
    for t in range(1, x.shape[1]):
        # combine what we have with the new step
        mean = (mean + x[:, t]) / 2
    return mean


# === 00a wrong careless: the loop begins at 1, so the first step is never added
def mean_over_time(x):
    batch, time, features = x.shape
    out = np.zeros((batch, features))
    for b in range(batch):
        for f in range(features):
            s = 0.0
            for t in range(1, time):
                s += x[b, t, f]
            out[b, f] = s / time
    return out


# === 00a wrong two: leaves the last step out and divides by the number of features
def mean_over_time(x):
    acc = np.zeros_like(x[:, 0], dtype=float)
    for step in range(x.shape[1] - 1):
        acc += x[:, step]
    return acc / x.shape[2]


# === 00a wrong hole: squeezed, so a batch of one or a single feature loses its axis
def mean_over_time(x):
    return np.squeeze(np.mean(x, axis=1))


# === 00a right style: nested lists and zip, no array at all
def mean_over_time(x):
    return [[sum(column) / len(column) for column in zip(*sequence)] for sequence in x]
