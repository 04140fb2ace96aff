# ruff: noqa
# === 05a wrong conceptual: the two choices are treated as one, zeros before always keeps the end
def pad_either_end(sequences, length, zeros, keep, value):
    rows, mask, lost = [], [], 0
    for s in sequences:
        n = min(len(s), length)
        lost += len(s) - n
        fill = [value] * (length - n)
        if zeros == "before":
            rows.append(fill + list(s[len(s) - n:]))
            mask.append([False] * len(fill) + [True] * n)
        else:
            rows.append(list(s[:n]) + fill)
            mask.append([True] * n + [False] * len(fill))
    return np.array(rows), np.array(mask), lost


# === 05a wrong careless: lost is overwritten by each sequence instead of added up
def pad_either_end(sequences, length, zeros, keep, value):
    batch = len(sequences)
    numbers, mask = np.full((batch, length), value), np.full((batch, length), False)
    lost = 0
    for i in range(batch):
        seq = sequences[i]
        if len(seq) > length:
            lost = len(seq) - length
            if keep == "end":
                seq = seq[lost:]
            else:
                seq = seq[:length]
        for j in range(len(seq)):
            column = j if zeros == "after" else length - len(seq) + j
            numbers[i, column] = seq[j]
            mask[i, column] = True
    return numbers, mask, lost


# === 05a wrong two: fills up with 0 whatever value is and always keeps the beginning
def pad_either_end(sequences, length, zeros, keep, value):
    numbers = np.zeros((len(sequences), length), dtype=int)
    mask = np.zeros((len(sequences), length), dtype=bool)
    lost = sum(max(0, len(s) - length) for s in sequences)
    for i, s in enumerate(sequences):
        s = s[:length]
        if len(s) == 0:
            continue
        if zeros == "before":
            numbers[i, -len(s):], mask[i, -len(s):] = s, True
        else:
            numbers[i, :len(s)], mask[i, :len(s)] = s, True
    return numbers, mask, lost


# === 05a wrong hole: lost is all numbers less those that differ from value, which real ones need not
def pad_either_end(sequences, length, zeros, keep, value):
    rows, mask = [], []
    for s in sequences:
        s = list(s)
        kept = s[:length] if keep == "beginning" else s[-length:]
        gap = length - len(kept)
        rows.append([value] * gap + kept if zeros == "before" else kept + [value] * gap)
        flags = [False] * gap + [True] * len(kept)
        mask.append(flags if zeros == "before" else flags[::-1])
    numbers = np.array(rows).reshape(len(sequences), length)
    lost = sum(map(len, sequences)) - np.count_nonzero(numbers != value)
    return numbers, np.array(mask).reshape(numbers.shape), lost


# === 05a right style: mask first, then all kept numbers are put in at once
def pad_either_end(sequences, length, zeros, keep, value):
    sizes = np.array([len(s) for s in sequences], dtype=int)
    kept = np.minimum(sizes, length)
    steps = np.arange(length)
    if zeros == "before":
        mask = steps >= (length - kept)[:, None]
    else:
        mask = steps < kept[:, None]
    numbers = np.full(mask.shape, value)
    flat = [n for s in sequences for n in (s[:length] if keep == "beginning" else s[-length:])]
    numbers[mask] = flat
    return numbers, mask, int((sizes - kept).sum())


# === 05b wrong conceptual: largest is the whole state of one step, the one with the largest sum
def pool_states(states, mask):
    last, mean, largest = [], [], []
    for row, flags in zip(states, mask):
        real = row[flags]
        last.append(real[-1])
        mean.append(real.mean(axis=0))
        largest.append(max(real, key=lambda state: state.sum()))
    return np.array(last), np.array(mean), np.array(largest)


# === 05b wrong careless: the mean divides by the number of all steps
def pool_states(states, mask):
    m = mask[..., None]
    final = states.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    last = states[np.arange(len(states)), final]
    mean = np.mean(np.where(m, states, 0), axis=1)
    largest = np.max(np.where(m, states, -np.inf), axis=1)
    return last, mean, largest


# === 05b wrong misread: largest is the value that is largest in size, whatever its sign
def pool_states(states, mask):
    last, mean, largest = [], [], []
    for s, m in zip(states, mask):
        s = s[m]
        last.append(s[-1])
        mean.append(s.mean(0))
        largest.append(s[np.abs(s).argmax(axis=0), np.arange(s.shape[1])])
    return np.stack(last), np.stack(mean), np.stack(largest)


# === 05b wrong over-clever: the place of the last state is the number of real steps, true only for padding at the end
def pool_states(states, mask):
    n = mask.sum(axis=1)
    m = mask[:, :, None]
    return (
        states[np.arange(len(n)), n - 1],
        np.sum(states, axis=1, where=m) / n[:, None],
        np.max(states, axis=1, where=m, initial=-np.inf),
    )


# === 05b wrong two: last is the first real state and largest takes padding in
def pool_states(states, mask):
    first = mask.argmax(axis=1)
    last = states[np.arange(states.shape[0]), first]
    mean = np.einsum("btu,bt->bu", states, mask.astype(float)) / mask.sum(axis=1, keepdims=True)
    largest = states.max(axis=1)
    return last, mean, largest


# === 05b wrong hole: the last step that is real in any sequence is taken for all
def pool_states(states, mask):
    m = mask[:, :, np.newaxis]
    t = np.flatnonzero(mask.any(axis=0))[-1]
    last = states[:, t]
    mean = np.where(m, states, 0).sum(axis=1) / mask.sum(axis=1)[:, np.newaxis]
    largest = np.where(m, states, -np.inf).max(axis=1)
    return last, mean, largest


# === 05b right style: a masked array does the mean and the largest
def pool_states(states, mask):
    hidden = np.ma.array(states, mask=np.broadcast_to(~mask[:, :, None], states.shape))
    steps = np.arange(mask.shape[1])
    final = np.where(mask, steps, -1).max(axis=1)
    last = np.take_along_axis(states, final[:, None, None], axis=1)[:, 0]
    return last, hidden.mean(axis=1).data, hidden.max(axis=1).data


# === 05c wrong conceptual: a pair is the same in both orders
def count_with_pairs(known, sentences):
    from collections import Counter

    def grams(s):
        return list(s) + [" ".join(sorted(pair)) for pair in zip(s, s[1:])]

    columns = sorted(set(g for s in known for g in grams(s)))
    bags = [Counter(grams(s)) for s in sentences]
    counts = np.array([[bag[c] for c in columns] for bag in bags]).reshape(len(bags), len(columns))
    missed = sum(bag.total() for bag in bags) - counts.sum()
    return columns, counts, missed


# === 05c wrong careless: pairs without a column are not counted as missed
def count_with_pairs(known, sentences):
    columns = sorted({w for s in known for w in s} | {f"{a} {b}" for s in known for a, b in zip(s, s[1:])})
    index = dict(zip(columns, range(len(columns))))
    counts = np.zeros((len(sentences), len(index)), int)
    missed = 0
    for i, s in enumerate(sentences):
        for w in s:
            if w in index:
                counts[i, index[w]] += 1
            else:
                missed += 1
        for a, b in zip(s, s[1:]):
            if f"{a} {b}" in index:
                counts[i, index[f"{a} {b}"]] += 1
    return columns, counts, missed


# === 05c wrong two: all words come before all pairs and pairs reach over the end of a sentence
def count_with_pairs(known, sentences):
    flat = [w for s in known for w in s]
    columns = sorted(set(flat)) + sorted({f"{a} {b}" for a, b in zip(flat, flat[1:])})
    where = {c: i for i, c in enumerate(columns)}
    counts = np.zeros((len(sentences), len(columns)), dtype=int)
    missed = 0
    for row, s in enumerate(sentences):
        for item in s + [f"{a} {b}" for a, b in zip(s, s[1:])]:
            if item in where:
                counts[row, where[item]] += 1
            else:
                missed += 1
    return columns, counts, missed


# === 05c wrong hole: the neighbour is looked up from the first place of a word, wrong for repeated words
def count_with_pairs(known, sentences):
    def parts(sentence):
        found = list(sentence)
        for word in sentence[:-1]:
            found.append(word + " " + sentence[sentence.index(word) + 1])
        return found

    columns = sorted({p for sentence in known for p in parts(sentence)})
    counts = np.zeros((len(sentences), len(columns)), dtype=int)
    missed = 0
    for i, sentence in enumerate(sentences):
        for p in parts(sentence):
            try:
                counts[i, columns.index(p)] += 1
            except ValueError:
                missed += 1
    return columns, counts, missed


# === 05c right style: bisect in the sorted columns, a helper that yields words and pairs together
def count_with_pairs(known, sentences):
    from bisect import bisect_left

    def walk(words):
        before = None
        for word in words:
            yield word
            if before is not None:
                yield before + " " + word
            before = word

    columns = sorted(set(item for words in known for item in walk(words)))
    counts = np.zeros((len(sentences), len(columns)))
    missed = 0
    for row, words in enumerate(sentences):
        for item in walk(words):
            place = bisect_left(columns, item)
            if place < len(columns) and columns[place] == item:
                counts[row, place] += 1
            else:
                missed += 1
    return columns, counts, missed


# === 05d wrong conceptual: every word of a sentence gets the gradient of the whole sentence
def find_table_gradient(numbers, upstream, words):
    grad = np.zeros((words, upstream.shape[2]))
    for sentence, g in zip(numbers, upstream):
        total = g.sum(axis=0)
        for word in sentence:
            if word != 0:
                grad[word] += total
    return grad


# === 05d wrong careless: the gradient from above is overwritten at the padding
def find_table_gradient(numbers, upstream, words):
    upstream[numbers == 0] = 0
    result = np.zeros((words, upstream.shape[2]))
    for b in range(numbers.shape[0]):
        for t in range(numbers.shape[1]):
            result[numbers[b, t]] += upstream[b, t]
    return result


# === 05d wrong misread: returns by how much the table is to be moved, the negative gradient
def find_table_gradient(numbers, upstream, words):
    move = np.zeros((words, upstream.shape[-1]))
    for row in range(len(numbers)):
        for step, word in enumerate(numbers[row]):
            if word > 0:
                move[word] -= upstream[row, step]
    return move


# === 05d wrong over-clever: += with a list of indices keeps only the last place of a word
def find_table_gradient(numbers, upstream, words):
    grad = np.zeros((words, upstream.shape[-1]))
    grad[numbers] += upstream
    grad[0] = 0
    return grad


# === 05d wrong two: the sum is divided by the number of sentences and row 0 is cut off the table
def find_table_gradient(numbers, upstream, words):
    onehot = np.eye(words)[numbers]
    grad = np.einsum("btw,btf->wf", onehot, upstream) / len(numbers)
    return grad[1:]


# === 05d wrong hole: padding is multiplied by 0, which makes nan of an infinite gradient
def find_table_gradient(numbers, upstream, words):
    masked = upstream * (numbers != 0)[:, :, None]
    grad = np.zeros((words, upstream.shape[2]))
    np.add.at(grad, numbers.ravel(), masked.reshape(-1, upstream.shape[2]))
    return grad


# === 05d right style: bincount feature by feature, over the real places only
def find_table_gradient(numbers, upstream, words):
    real = np.flatnonzero(numbers)
    flat = np.reshape(upstream, (np.size(numbers), -1))
    names = np.ravel(numbers)[real]
    return np.stack(
        [np.bincount(names, weights=column[real], minlength=words) for column in flat.T], axis=1
    )
