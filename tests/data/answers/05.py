# ruff: noqa
# === 05a wrong conceptual: the mask is where a number differs from value, real ones may equal it
def pad_either_end(sequences, length, zeros, keep, value):
    numbers = np.full((len(sequences), length), value)
    lost = 0
    for i, s in enumerate(sequences):
        lost += max(len(s) - length, 0)
        if len(s) > length:
            s = s[:length] if keep == "beginning" else s[-length:]
        start = length - len(s) if zeros == "before" else 0
        numbers[i, start:start + len(s)] = s
    return numbers, numbers != value, lost


# === 05a wrong careless: beginning and end are mixed up in the cut
def pad_either_end(sequences, length, zeros, keep, value):
    numbers = np.full((len(sequences), length), value)
    mask = np.zeros((len(sequences), length), dtype=bool)
    lost = 0
    for row, sequence in enumerate(sequences):
        if len(sequence) > length:
            lost += len(sequence) - length
            sequence = sequence[:length] if keep == "end" else sequence[-length:]
        n = len(sequence)
        where = slice(0, n) if zeros == "after" else slice(length - n, length)
        numbers[row, where] = sequence
        mask[row, where] = True
    return numbers, mask, lost


# === 05a wrong misread: lost counts the sequences that were cut, not the numbers
def pad_either_end(sequences, length, zeros, keep, value):
    cut = [list(s[:length]) if keep == "beginning" else list(s[max(len(s) - length, 0):])
           for s in sequences]
    lost = sum(len(s) > length for s in sequences)
    numbers, mask = [], []
    for s in cut:
        pad = [value] * (length - len(s))
        no, yes = [False] * len(pad), [True] * len(s)
        numbers.append(pad + s if zeros == "before" else s + pad)
        mask.append(no + yes if zeros == "before" else yes + no)
    return np.array(numbers), np.array(mask), lost


# === 05a wrong over-clever: a slice from the difference of lengths, which is negative for short sequences
def pad_either_end(sequences, length, zeros, keep, value):
    numbers = np.full((len(sequences), length), value)
    mask = np.zeros(numbers.shape, dtype=bool)
    lost = 0
    for i, s in enumerate(sequences):
        kept = s[len(s) - length:] if keep == "end" else s[:length]
        at = length - len(kept) if zeros == "before" else 0
        numbers[i, at:at + len(kept)] = kept
        mask[i, at:at + len(kept)] = True
        lost += len(s) - len(kept)
    return numbers, mask, lost


# === 05a wrong two: the mask always begins at the first step and lost counts the padding too
def pad_either_end(sequences, length, zeros, keep, value):
    numbers = np.full((len(sequences), length), value)
    lengths = np.array([min(len(s), length) for s in sequences], dtype=int)
    lost = 0
    for i, s in enumerate(sequences):
        lost += abs(len(s) - length)
        s = s[:length] if keep == "beginning" else s[::-1][:length][::-1]
        if zeros == "before":
            numbers[i, length - len(s):] = s
        else:
            numbers[i, :len(s)] = s
    mask = np.arange(length) < lengths[:, None]
    return numbers, mask, lost


# === 05a wrong hole: the slice [-0:] is the whole row, so an empty sequence stops it with zeros before
def pad_either_end(sequences, length, zeros, keep, value):
    numbers = np.full((len(sequences), length), value)
    mask = np.zeros((len(sequences), length), bool)
    lost = 0
    for i, s in enumerate(sequences):
        kept = s[:length] if keep == "beginning" else s[-length:]
        lost += len(s) - len(kept)
        if zeros == "before":
            numbers[i, -len(kept):] = kept
            mask[i, -len(kept):] = True
        else:
            numbers[i, :len(kept)] = kept
            mask[i, :len(kept)] = True
    return numbers, mask, lost


# === 05a right style: nested lists, ljust and rjust in a helper
def pad_either_end(sequences, length, zeros, keep, value):
    def fill(items, what):
        gap = [what] * (length - len(items))
        return gap + items if zeros == "before" else items + gap

    kept = []
    for sequence in sequences:
        surplus = max(len(sequence) - length, 0)
        first = surplus if keep == "end" else 0
        kept.append(list(sequence)[first:first + length])
    return (
        [fill(items, value) for items in kept],
        [fill([True] * len(items), False) for items in kept],
        sum(map(len, sequences)) - sum(map(len, kept)),
    )


# === 05b wrong conceptual: the last state is that of the last step, real or not
def pool_states(states, mask):
    m = mask[:, :, None]
    last = states[:, -1]
    mean = np.where(m, states, 0).sum(axis=1) / m.sum(axis=1)
    largest = np.where(m, states, -np.inf).max(axis=1)
    return last, mean, largest


# === 05b wrong careless: the last state is taken one step too early
def pool_states(states, mask):
    batch, time, units = states.shape
    last = np.zeros((batch, units))
    mean = np.zeros((batch, units))
    largest = np.zeros((batch, units))
    for b in range(batch):
        steps = [t for t in range(time) if mask[b, t]]
        last[b] = states[b, steps[len(steps) - 2]]
        mean[b] = sum(states[b, t] for t in steps) / len(steps)
        largest[b] = np.max([states[b, t] for t in steps], axis=0)
    return last, mean, largest


# === 05b wrong two: padding takes part in the largest as 0 and the mean runs over all steps
def pool_states(states, mask):
    real = states * mask[:, :, None]
    places = [np.where(row)[0][-1] for row in mask]
    last = np.array([states[i, p] for i, p in enumerate(places)])
    return last, real.mean(axis=1), real.max(axis=1)


# === 05b wrong hole: padding is filled with -1, so values below -1 lose against it
def pool_states(states, mask):
    m = mask[:, :, None]
    last = np.stack([s[k][-1] for s, k in zip(states, mask)])
    mean = np.where(m, states, 0.0).sum(1) / m.sum(1)
    largest = np.where(m, states, -1.0).max(1)  # tanh never goes lower
    return last, mean, largest


# === 05b right style: step by step, as a recurrent layer would do it
def pool_states(states, mask):
    batch, time, units = states.shape
    last = np.zeros((batch, units))
    total = np.zeros((batch, units))
    count = np.zeros((batch, 1))
    largest = np.full((batch, units), -np.inf)
    for t in range(time):
        real = mask[:, t, None]
        last = np.where(real, states[:, t], last)
        total = np.where(real, total + states[:, t], total)
        count = count + real
        largest = np.where(real, np.maximum(largest, states[:, t]), largest)
    return last, total / count, largest


# === 05c wrong conceptual: any two words of a sentence make a pair, not only neighbours
def count_with_pairs(known, sentences):
    from itertools import combinations

    def parts(s):
        return list(s) + [f"{a} {b}" for a, b in combinations(s, 2)]

    columns = sorted({p for s in known for p in parts(s)})
    counts = np.zeros((len(sentences), len(columns)), dtype=int)
    missed = 0
    for i, s in enumerate(sentences):
        for p in parts(s):
            if p in columns:
                counts[i, columns.index(p)] += 1
            else:
                missed += 1
    return columns, counts, missed


# === 05c wrong careless: the last pair of each sentence is left out
def count_with_pairs(known, sentences):
    def units(sentence):
        result = []
        for word in sentence:
            result.append(word)
        for i in range(len(sentence) - 2):
            result.append(sentence[i] + " " + sentence[i + 1])
        return result

    columns = set()
    for sentence in known:
        columns.update(units(sentence))
    columns = sorted(columns)
    place = {c: i for i, c in enumerate(columns)}
    counts = np.zeros((len(sentences), len(columns)), dtype=int)
    missed = 0
    for row, sentence in enumerate(sentences):
        for unit in units(sentence):
            if unit in place:
                counts[row, place[unit]] += 1
            else:
                missed += 1
    return columns, counts, missed


# === 05c wrong misread: what has no column is counted once, however often it occurs
def count_with_pairs(known, sentences):
    from collections import Counter

    def pieces(words):
        return [*words, *map(" ".join, zip(words, words[1:]))]

    columns = sorted({p for words in known for p in pieces(words)})
    tables = [Counter(pieces(words)) for words in sentences]
    counts = np.array([[table[c] for c in columns] for table in tables], dtype=int)
    unknown = {p for table in tables for p in table} - set(columns)
    return columns, counts.reshape(len(sentences), len(columns)), len(unknown)


# === 05c wrong over-clever: searches for columns in the joined text, so pieces of words count too
def count_with_pairs(known, sentences):
    columns = sorted({p for s in known for p in list(s) + [" ".join(q) for q in zip(s, s[1:])]})
    counts = np.array([[" ".join(s).count(c) for c in columns] for s in sentences])
    counts = counts.reshape(len(sentences), len(columns))
    total = sum(len(s) + max(len(s) - 1, 0) for s in sentences)
    return columns, counts, total - int(counts.sum())


# === 05c wrong two: the table says only whether a column occurs and missed leaves repeats out
def count_with_pairs(known, sentences):
    def bag(sentence):
        return set(sentence) | {a + " " + b for a, b in zip(sentence[:-1], sentence[1:])}

    columns = sorted(set().union(*map(bag, known)))
    counts = np.zeros((len(sentences), len(columns)), dtype=int)
    missed = 0
    for i, sentence in enumerate(sentences):
        for thing in bag(sentence):
            if thing in columns:
                counts[i, columns.index(thing)] = 1
            else:
                missed += 1
    return columns, counts, missed


# === 05c wrong hole: everything is made small, so words with capitals lose their own column
def count_with_pairs(known, sentences):
    def prepare(s):
        s = [w.lower() for w in s]
        return s + [s[i] + " " + s[i + 1] for i in range(len(s) - 1)]

    columns = sorted({p for s in known for p in prepare(s)})
    counts = [[prepare(s).count(c) for c in columns] for s in sentences]
    missed = sum(p not in columns for s in sentences for p in prepare(s))
    return columns, np.array(counts).reshape(len(sentences), len(columns)), missed


# === 05c right style: scikit-learn's vectorizer with the words handed over as they are
def count_with_pairs(known, sentences):
    from sklearn.feature_extraction.text import CountVectorizer

    def parts(words):
        return list(words) + [f"{first} {second}" for first, second in zip(words, words[1:])]

    columns = sorted({part for words in known for part in parts(words)})
    if not columns or not sentences:
        counts = np.zeros((len(sentences), len(columns)), dtype=int)
    else:
        counts = CountVectorizer(analyzer=parts, vocabulary=columns).transform(sentences).toarray()
    return columns, counts, sum(len(parts(words)) for words in sentences) - int(counts.sum())


# === 05d wrong conceptual: a row gets the mean of what comes from its places, not the sum
def find_table_gradient(numbers, upstream, words):
    gradient = np.zeros((words, upstream.shape[-1]))
    for word in range(1, words):
        here = upstream[numbers == word]
        if len(here):
            gradient[word] = here.mean(axis=0)
    return gradient


# === 05d wrong careless: row 0 is not left out
def find_table_gradient(numbers, upstream, words):
    g = np.zeros((words, upstream.shape[-1]))
    np.add.at(g, numbers, upstream)
    return g


# === 05d wrong two: places overwrite each other and padding is let through
def find_table_gradient(numbers, upstream, words):
    table = np.zeros((words, upstream.shape[2]))
    for b in range(len(numbers)):
        for t in range(len(numbers[b])):
            table[numbers[b, t]] = upstream[b, t]
    return table


# === 05d wrong hole: reading stops at the first 0, so words behind padding get nothing
def find_table_gradient(numbers, upstream, words):
    gradient = np.zeros((words, upstream.shape[-1]))
    for sentence, rows in zip(numbers, upstream):
        for word, g in zip(sentence, rows):
            if word == 0:
                break
            gradient[word] += g
    return gradient


# === 05d right style: TensorFlow's sum over segments
def find_table_gradient(numbers, upstream, words):
    import tensorflow as tf

    kept = np.asarray(numbers) != 0
    parts = tf.constant(np.asarray(upstream)[kept])
    rows = tf.constant(np.asarray(numbers)[kept].astype("int64"))
    return tf.math.unsorted_segment_sum(parts, rows, num_segments=words)
