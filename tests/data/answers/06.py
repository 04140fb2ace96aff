# ruff: noqa
# === 06a wrong conceptual: an I- tag with nothing to go on with is dropped
def find_names(tags):
    names = []
    start = kind = None
    for i, tag in enumerate(list(tags) + ["O"]):
        if start is not None and tag != "I-" + kind:
            names.append((start, i, kind))
            start = None
        if tag.startswith("B-"):
            start, kind = i, tag[2:]
    return names


# === 06a wrong careless: stop is the last word of the name, not the one after it
def find_names(tags):
    result = []
    i = 0
    while i < len(tags):
        if tags[i] == "O":
            i += 1
            continue
        kind = tags[i][2:]
        j = i
        while j + 1 < len(tags) and tags[j + 1] == "I-" + kind:
            j += 1
        result.append((i, j, kind))
        i = j + 1
    return result


# === 06a wrong misread: the type is put first in each tuple
def find_names(tags):
    spans = []
    last = "O"
    for i, tag in enumerate(tags):
        if tag != "O":
            if tag.startswith("I-") and last[2:] == tag[2:] and last != "O":
                kind, start, _ = spans.pop()
                spans.append((kind, start, i + 1))
            else:
                spans.append((tag[2:], i, i + 1))
        last = tag
    return spans


# === 06a wrong over-clever: groupby on the type, which joins two names of one type that touch
def find_names(tags):
    from itertools import groupby

    names, i = [], 0
    for kind, group in groupby(tags, key=lambda tag: tag[2:]):
        n = len(list(group))
        if kind:
            names.append((i, i + n, kind))
        i += n
    return names


# === 06a wrong two: stop is one too small and an I- tag alone is dropped
def find_names(tags):
    out = []
    for i in range(len(tags)):
        if tags[i].startswith("B-"):
            kind = tags[i][2:]
            j = i + 1
            while j < len(tags) and tags[j] == f"I-{kind}":
                j += 1
            out.append((i, j - 1, kind))
    return out


# === 06a wrong hole: the type is cut at every hyphen, so types that hold one are shortened
def find_names(tags):
    names = []
    for i, tag in enumerate(tags):
        if tag == "O":
            continue
        prefix, kind = tag.split("-")[:2]
        if prefix == "I" and names and names[-1][1:] == (i, kind):
            names[-1] = (names[-1][0], i + 1, kind)
        else:
            names.append((i, i + 1, kind))
    return names


# === 06a right style: beginnings first, then each end is sought
def find_names(tags):
    starts = [
        i for i, tag in enumerate(tags)
        if tag != "O" and not (tag[0] == "I" and i and tags[i - 1] in (tag, "B" + tag[1:]))
    ]
    names = []
    for start in starts:
        stop = start + 1
        while stop < len(tags) and tags[stop] == "I" + tags[start][1:]:
            stop += 1
        names.append((start, stop, tags[start][2:]))
    return names


# === 06b wrong conceptual: single tags are counted, not whole names
def f1_by_type(true, answered, types):
    scores = []
    for kind in types:
        right = found = wanted = 0
        for tags, guesses in zip(true, answered):
            for tag, guess in zip(tags, guesses):
                wanted += tag.endswith("-" + kind)
                found += guess.endswith("-" + kind)
                right += tag == guess and tag.endswith("-" + kind)
        scores.append(2 * right / (found + wanted) if found + wanted else 0.0)
    return np.array(scores), float(np.mean(scores))


# === 06b wrong careless: the names of all sentences are in one set without the number of the sentence
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    wanted = {span for tags in true for span in spans_from_bio(tags)}
    found = {span for tags in answered for span in spans_from_bio(tags)}
    scores = []
    for kind in types:
        w = {span for span in wanted if span[2] == kind}
        f = {span for span in found if span[2] == kind}
        scores.append(2 * len(w & f) / (len(w) + len(f)) if w or f else 0.0)
    return np.array(scores), float(np.mean(scores))


# === 06b wrong two: precision is returned for F1 and types without a score are left out of the mean
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    scores = []
    for kind in types:
        right, found = 0, 0
        for tags, guesses in zip(true, answered):
            real = spans_from_bio(tags)
            for name in spans_from_bio(guesses):
                if name[2] == kind:
                    found += 1
                    if name in real:
                        right += 1
        scores.append(right / found if found else 0.0)
    positive = [s for s in scores if s > 0]
    return np.array(scores), sum(positive) / len(positive) if positive else 0.0


# === 06b wrong hole: sentences are joined into one, so a name at an end may go on in the next sentence
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    wanted = set(spans_from_bio([tag for tags in true for tag in tags]))
    found = set(spans_from_bio([tag for tags in answered for tag in tags]))
    scores = []
    for kind in types:
        w = {s for s in wanted if s[2] == kind}
        f = {s for s in found if s[2] == kind}
        scores.append(2 * len(w & f) / (len(w) + len(f)) if w or f else 0.0)
    return np.array(scores), float(np.mean(scores))


# === 06b right style: a table of counts, one row for each type
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    row = {kind: i for i, kind in enumerate(types)}
    table = np.zeros((len(types), 3))
    for tags, guesses in zip(true, answered, strict=True):
        wanted, found = spans_from_bio(tags), spans_from_bio(guesses)
        for column, spans in enumerate([wanted, found, set(wanted) & set(found)]):
            for _, _, kind in spans:
                if kind in row:
                    table[row[kind], column] += 1
    both = table[:, 0] + table[:, 1]
    scores = np.divide(2 * table[:, 2], both, out=np.zeros(len(types)), where=both > 0)
    return scores, float(scores.mean())


# === 06c wrong conceptual: divides by the number of real steps, not by their weights
def weighted_loss(p, targets, mask, weights):
    p_right = np.take_along_axis(p, targets[:, :, None], axis=-1)[:, :, 0]
    w = weights[targets]
    return (-np.log(p_right) * w * mask).sum() / mask.sum()


# === 06c wrong careless: the weights of padding stay in the sum below the line
def weighted_loss(p, targets, mask, weights):
    b, t = np.indices(targets.shape)
    w = weights[targets]
    return np.sum(mask * w * -np.log(p[b, t, targets])) / np.sum(w)


# === 06c wrong misread: each sentence gets its own mean and then the sentences are averaged
def weighted_loss(p, targets, mask, weights):
    losses = []
    for probs, y, m in zip(p, targets, mask):
        probs, y = probs[m], y[m]
        if len(y) == 0:
            continue
        w = weights[y]
        losses.append((-np.log(probs[np.arange(len(y)), y]) * w).sum() / w.sum())
    return np.mean(losses)


# === 06c wrong over-clever: scales the weights to a mean of 1 and then divides by the real steps
def weighted_loss(p, targets, mask, weights):
    w = weights / weights.mean()
    q = np.take_along_axis(p, targets[..., None], -1)[..., 0]
    return np.mean((-np.log(q) * w[targets])[mask])


# === 06c wrong two: the logarithm has base 2 and padding counts as well
def weighted_loss(p, targets, mask, weights):
    top = bottom = 0.0
    for row, tags in zip(p, targets):
        for probs, tag in zip(row, tags):
            top -= weights[tag] * np.log2(probs[tag])
            bottom += weights[tag]
    return top / bottom


# === 06c right style: the mask as a factor of the weights
def weighted_loss(p, targets, mask, weights):
    p_right = np.take_along_axis(p, targets[:, :, None], axis=2)[:, :, 0]
    w = weights[targets] * mask
    return (w * -np.log(p_right)).sum() / w.sum()


# === 06c right style: np.average with the weights of the real steps
def weighted_loss(p, targets, mask, weights):
    real = np.asarray(targets)[mask]
    return np.average(-np.log(p[mask][np.arange(len(real)), real]), weights=weights[real])


# === 06d wrong conceptual: every different word has one vote for its ending, however often it occurs
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict

    def best(counter):
        return min(counter, key=lambda tag: (-counter[tag], tag))

    whole = defaultdict(Counter)
    for s, ts in zip(sentences, tags):
        for w, t in zip(s, ts):
            whole[w][t] += 1
    endings = {n: defaultdict(Counter) for n in (3, 2, 1)}
    for w, counter in whole.items():
        for n in endings:
            endings[n][w[-n:]][best(counter)] += 1
    result = []
    for w in words:
        answer = best(whole[w]) if w in whole else None
        for n in (3, 2, 1):
            if answer is None and w[-n:] in endings[n]:
                answer = best(endings[n][w[-n:]])
        result.append(answer or "O")
    return result


# === 06d wrong careless: looks at the first letters of a word instead of the last
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict

    seen, begin = defaultdict(Counter), defaultdict(Counter)
    for sentence, row in zip(sentences, tags):
        for word, tag in zip(sentence, row):
            seen[word][tag] += 1
            for n in (3, 2, 1):
                begin[n, word[:n]][tag] += 1

    def top(counter):
        return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[0][0]

    answers = []
    for word in words:
        if word in seen:
            answers.append(top(seen[word]))
            continue
        for n in (3, 2, 1):
            if (n, word[:n]) in begin:
                answers.append(top(begin[n, word[:n]]))
                break
        else:
            answers.append("O")
    return answers


# === 06d wrong two: capitals are made small and of equally frequent tags the last in the alphabet is taken
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict

    known = defaultdict(Counter)
    ends = [defaultdict(Counter) for _ in range(4)]
    for s, ts in zip(sentences, tags):
        for w, t in zip(s, ts):
            w = w.lower()
            known[w][t] += 1
            for n in (1, 2, 3):
                ends[n][w[-n:]][t] += 1

    def winner(c):
        return max(c, key=lambda t: (c[t], t))

    answers = []
    for w in words:
        w = w.lower()
        if w in known:
            answers.append(winner(known[w]))
        elif w[-3:] in ends[3]:
            answers.append(winner(ends[3][w[-3:]]))
        elif w[-2:] in ends[2]:
            answers.append(winner(ends[2][w[-2:]]))
        elif w[-1:] in ends[1]:
            answers.append(winner(ends[1][w[-1:]]))
        else:
            answers.append("O")
    return answers


# === 06d wrong hole: of two equally frequent tags the one seen first is taken
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict

    tables = {n: defaultdict(Counter) for n in (0, 3, 2, 1)}  # [-0:] is the whole word
    for s, ts in zip(sentences, tags):
        for w, t in zip(s, ts):
            for n in tables:
                tables[n][w[-n:]][t] += 1

    def tag(word):
        for n in tables:
            if word[-n:] in tables[n]:
                return tables[n][word[-n:]].most_common(1)[0][0]
        return "O"

    return [tag(word) for word in words]


# === 06d right style: sorts by tag before counting, so that most_common settles ties by the alphabet
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict
    from itertools import chain

    votes = defaultdict(Counter)
    for tag, word in sorted(zip(chain.from_iterable(tags), chain.from_iterable(sentences))):
        for key in [("word", word), ("three", word[-3:]), ("two", word[-2:]), ("one", word[-1:])]:
            votes[key][tag] += 1
    answers = []
    for new in words:
        keys = [("word", new), ("three", new[-3:]), ("two", new[-2:]), ("one", new[-1:])]
        heard = [votes[key] for key in keys if key in votes]
        answers.append(heard[0].most_common(1)[0][0] if heard else "O")
    return answers
