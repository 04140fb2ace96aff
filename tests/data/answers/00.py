# ruff: noqa
# === 00a wrong conceptual: the features are averaged too, which leaves one number a sequence
def mean_over_time(x):
    return x.mean(axis=(1, 2))


# === 00a wrong careless: divides by the number of sequences instead of the number of steps
def mean_over_time(x):
    total = 0
    for t in range(x.shape[1]):
        total = total + x[:, t, :]
    return total / len(x)


# === 00a wrong misread: the time axis is kept with length one
def mean_over_time(x):
    return np.mean(x, axis=1, keepdims=True)


# === 00a wrong over-clever: reshapes to (batch, features, time) where axes had to be swapped
def mean_over_time(x):
    b, t, f = x.shape
    return x.reshape(b, f, t).mean(-1)


# === 00a wrong two: takes the median instead of the mean and takes it over the features
def mean_over_time(x):
    return np.median(x, axis=-1)


# === 00a wrong hole: collected in an array of the dtype of x, so whole numbers lose fractions
def mean_over_time(x):
    result = np.zeros_like(x[:, 0, :])
    for i, sequence in enumerate(x):
        result[i] = sequence.sum(axis=0) / len(sequence)
    return result


# === 00a right style: einsum, then one division
def mean_over_time(x):
    return np.einsum("btf->bf", x) / np.shape(x)[1]
