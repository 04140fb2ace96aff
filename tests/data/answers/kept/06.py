# ruff: noqa
# === 06a wrong conceptual: I- goes on with the name before it whatever its type
def find_names(tags):
    names = []
    for i, tag in enumerate(tags):
        if tag == "O":
            continue
        if tag[0] == "I" and names and names[-1][1] == i:
            first, _, kind = names[-1]
            names[-1] = (first, i + 1, kind)
        else:
            names.append((i, i + 1, tag[2:]))
    return names


# === 06a wrong careless: a name that reaches the end of the sentence is never put down
def find_names(tags):
    names, open_name = [], None
    for i, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if open_name and (prefix != "I" or kind != open_name[1]):
            names.append((open_name[0], i, open_name[1]))
            open_name = None
        if prefix in ("B", "I") and open_name is None:
            open_name = (i, kind)
    return names


# === 06a wrong two: the type keeps its prefix and I- goes on after a name of another type
def find_names(tags):
    names = []
    start = None
    for i, tag in enumerate(tags):
        if tag.startswith("B-") or (tag.startswith("I-") and start is None):
            if start is not None:
                names.append((start, i, tags[start]))
            start = i
        elif tag == "O" and start is not None:
            names.append((start, i, tags[start]))
            start = None
    if start is not None:
        names.append((start, len(tags), tags[start]))
    return names


# === 06a wrong hole: an empty sentence stops it with an IndexError
def find_names(tags):
    names = []
    if tags[0] != "O":
        names.append([0, 1, tags[0][2:]])
    for i in range(1, len(tags)):
        before, now = tags[i - 1], tags[i]
        if now == "O":
            continue
        if now[0] == "I" and before != "O" and before[2:] == now[2:]:
            names[-1][1] += 1
        else:
            names.append([i, i + 1, now[2:]])
    return [tuple(name) for name in names]


# === 06a right style: reads from the end and puts each name in front
def find_names(tags):
    names = []
    stop = None
    for i in range(len(tags) - 1, -1, -1):
        if tags[i] == "O":
            continue
        prefix, kind = tags[i].split("-", 1)
        if stop is None:
            stop = i + 1
        joined = prefix == "I" and i > 0 and tags[i - 1] in (f"B-{kind}", f"I-{kind}")
        if not joined:
            names.insert(0, (i, stop, kind))
            stop = None
    return names


# === 06b wrong conceptual: the mean is one F1 over all types pooled, so common types count more
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    right = dict.fromkeys(types, 0)
    total = dict.fromkeys(types, 0)
    for tags, guesses in zip(true, answered):
        a, b = set(spans_from_bio(tags)), set(spans_from_bio(guesses))
        for kind in types:
            right[kind] += sum(span[2] == kind for span in a & b)
            total[kind] += sum(span[2] == kind for span in a) + sum(span[2] == kind for span in b)
    scores = np.array([2 * right[k] / total[k] if total[k] else 0.0 for k in types])
    everything = sum(total.values())
    return scores, 2 * sum(right.values()) / everything if everything else 0.0


# === 06b wrong careless: the 2 above the line is missing
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    scores = np.zeros(len(types))
    for i, kind in enumerate(types):
        right, n = 0, 0
        for tags, guesses in zip(true, answered):
            wanted = [s for s in spans_from_bio(tags) if s[2] == kind]
            found = [s for s in spans_from_bio(guesses) if s[2] == kind]
            n += len(wanted) + len(found)
            right += sum(s in wanted for s in found)
        if n > 0:
            scores[i] = right / n
    return scores, float(scores.mean())


# === 06b wrong misread: types that do not occur are left out of the mean
def f1_by_type(true, answered, types):
    from collections import Counter

    from course_utils.sequences import spans_from_bio

    wanted, found, right = Counter(), Counter(), Counter()
    for t, a in zip(true, answered):
        t, a = set(spans_from_bio(t)), set(spans_from_bio(a))
        wanted.update(s[2] for s in t)
        found.update(s[2] for s in a)
        right.update(s[2] for s in t & a)
    scores = np.array([2 * right[k] / max(wanted[k] + found[k], 1) for k in types])
    occurs = [wanted[k] + found[k] > 0 for k in types]
    return scores, float(scores[occurs].mean())


# === 06b wrong over-clever: a name is right if its own tags agree, even where the answered name goes on
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    scores = []
    for kind in types:
        right = found = wanted = 0
        for tags, guesses in zip(true, answered):
            found += sum(k == kind for _, _, k in spans_from_bio(guesses))
            for start, stop, k in spans_from_bio(tags):
                if k == kind:
                    wanted += 1
                    right += list(tags[start:stop]) == list(guesses[start:stop])
        scores.append(2 * right / (found + wanted) if found + wanted else 0)
    return np.array(scores), float(np.mean(scores))


# === 06b wrong two: F1 is computed in each sentence and averaged and a wrong type is forgiven
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    per_sentence = []
    for tags, guesses in zip(true, answered):
        a, b = spans_from_bio(tags), spans_from_bio(guesses)
        places = {(s, e) for s, e, _ in b}
        row = []
        for kind in types:
            w = [span for span in a if span[2] == kind]
            f = [span for span in b if span[2] == kind]
            hits = sum((s, e) in places for s, e, _ in w)
            row.append(2 * hits / (len(w) + len(f)) if w or f else 0.0)
        per_sentence.append(row)
    scores = np.mean(per_sentence, axis=0)
    return scores, float(scores.mean())


# === 06b wrong hole: types are compared by their beginning, so PER also gets the names of PERCENT
def f1_by_type(true, answered, types):
    from course_utils.sequences import spans_from_bio

    def pick(sentences, kind):
        return {(i, *span) for i, tags in enumerate(sentences)
                for span in spans_from_bio(tags) if span[2].startswith(kind)}

    scores = []
    for kind in types:
        w, f = pick(true, kind), pick(answered, kind)
        scores.append(2 * len(w & f) / (len(w) + len(f)) if len(w) + len(f) else 0.0)
    return np.array(scores), float(np.mean(scores))


# === 06b right style: Counter arithmetic over numbered names, a list of scores
def f1_by_type(true, answered, types):
    from collections import Counter

    from course_utils.sequences import spans_from_bio

    def numbered(sentences):
        return Counter((n, span) for n, tags in enumerate(sentences) for span in spans_from_bio(tags))

    wanted, found = numbered(true), numbered(answered)

    def size(names, kind):
        return sum(count for (_, span), count in names.items() if span[-1] == kind)

    scores = []
    for kind in types:
        whole = size(wanted, kind) + size(found, kind)
        scores.append(0.0 if whole == 0 else 2 * size(wanted & found, kind) / whole)
    return scores, sum(scores) / len(scores)


# === 06c wrong conceptual: a step counts with the weight of the tag that was answered
def weighted_loss(p, targets, mask, weights):
    total, below = 0.0, 0.0
    for b in range(p.shape[0]):
        for t in range(p.shape[1]):
            if mask[b, t]:
                w = weights[np.argmax(p[b, t])]
                total += -w * np.log(p[b, t, targets[b, t]])
                below += w
    return total / below


# === 06c wrong careless: the minus sign is missing
def weighted_loss(p, targets, mask, weights):
    onehot = np.eye(len(weights))[targets]
    p_right = (p * onehot).sum(axis=-1)[mask]
    w = weights[targets[mask]]
    return np.sum(w * np.log(p_right)) / np.sum(w)


# === 06c wrong two: all tags of a step are charged instead of the right one and the number of steps is below the line
def weighted_loss(p, targets, mask, weights):
    per_step = -(weights * np.log(p)).sum(axis=-1)
    return per_step[mask].sum() / mask.sum()


# === 06c wrong hole: keeps probabilities above 1e-7, so the loss of a smaller one is too small
def weighted_loss(p, targets, mask, weights):
    loss, norm = 0.0, 0.0
    for i, j in zip(*np.nonzero(mask)):
        y = targets[i, j]
        loss += weights[y] * -np.log(max(p[i, j, y], 1e-7))
        norm += weights[y]
    return loss / norm


# === 06c right style: grouped by tag, one number for each, with fsum
def weighted_loss(p, targets, mask, weights):
    from math import fsum

    above, below = [], []
    for tag, weight in enumerate(weights):
        for probabilities, target, real in zip(
            np.reshape(p, (-1, len(weights))), np.ravel(targets), np.ravel(mask)
        ):
            if real and target == tag:
                above.append(float(weight) * -np.log(float(probabilities[tag])))
                below.append(float(weight))
    return fsum(above) / fsum(below)


# === 06d wrong conceptual: begins with the last letter, the shortest ending, and ends with the longest
def tag_by_endings(sentences, tags, words):
    from collections import Counter

    pairs = [(w, t) for s, ts in zip(sentences, tags) for w, t in zip(s, ts)]

    def vote(test):
        counter = Counter(t for w, t in pairs if test(w))
        return min(counter, key=lambda t: (-counter[t], t)) if counter else None

    out = []
    for word in words:
        tag = vote(lambda w: w == word)
        for n in [1, 2, 3]:
            if tag is None:
                tag = vote(lambda w: w[-n:] == word[-n:])
        out.append(tag if tag is not None else "O")
    return out


# === 06d wrong careless: the range ends before 1, so the last letter alone is never tried
def tag_by_endings(sentences, tags, words):
    counts = {}
    for s, ts in zip(sentences, tags):
        for w, t in zip(s, ts):
            for key in [("word", w)] + [(n, w[-n:]) for n in range(3, 0, -1)]:
                counts.setdefault(key, {}).setdefault(t, 0)
                counts[key][t] += 1

    def commonest(d):
        most = max(d.values())
        return min(t for t in d if d[t] == most)

    def look(w):
        if ("word", w) in counts:
            return commonest(counts["word", w])
        for n in range(3, 1, -1):
            if (n, w[-n:]) in counts:
                return commonest(counts[n, w[-n:]])
        return "O"

    return [look(w) for w in words]


# === 06d wrong misread: a word without a known ending gets the commonest tag of all, not O
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict

    table = defaultdict(Counter)
    for s, ts in zip(sentences, tags):
        for w, t in zip(s, ts):
            for key in ((0, w), (3, w[-3:]), (2, w[-2:]), (1, w[-1:]), (9, "")):
                table[key][t] += 1

    def pick(w):
        for key in ((0, w), (3, w[-3:]), (2, w[-2:]), (1, w[-1:]), (9, "")):
            if key in table:
                return min(table[key].items(), key=lambda item: (-item[1], item[0]))[0]
        return "O"

    return list(map(pick, words))


# === 06d wrong over-clever: words and endings share one table, so a short word is counted with endings like it
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict

    table = defaultdict(Counter)
    for s, ts in zip(sentences, tags):
        for w, t in zip(s, ts):
            for piece in {w, w[-3:], w[-2:], w[-1:]}:
                table[piece][t] += 1
    best = {piece: min(c, key=lambda t: (-c[t], t)) for piece, c in table.items()}
    return [next((best[p] for p in (w, w[-3:], w[-2:], w[-1:]) if p in best), "O") for w in words]


# === 06d wrong two: a seen word gets the tag it had last and only endings of three letters are tried
def tag_by_endings(sentences, tags, words):
    from collections import Counter, defaultdict

    last, endings = {}, defaultdict(Counter)
    for s, ts in zip(sentences, tags):
        for w, t in zip(s, ts):
            last[w] = t
            endings[w[-3:]][t] += 1
    out = []
    for w in words:
        if w in last:
            out.append(last[w])
        elif w[-3:] in endings:
            c = endings[w[-3:]]
            out.append(sorted(c, key=lambda t: (-c[t], t))[0])
        else:
            out.append("O")
    return out


# === 06d wrong hole: new words of fewer than three letters get O without a look at their ending
def tag_by_endings(sentences, tags, words):
    def choose(options):
        return min(set(options), key=lambda tag: (-options.count(tag), tag))

    by_word, by_ending = {}, {}
    for sentence, row in zip(sentences, tags):
        for word, tag in zip(sentence, row):
            by_word.setdefault(word, []).append(tag)
            for n in (3, 2, 1):
                by_ending.setdefault((n, word[-n:]), []).append(tag)

    answer = []
    for word in words:
        if word in by_word:
            answer.append(choose(by_word[word]))
            continue
        if len(word) < 3:
            answer.append("O")
            continue
        options = ["O"]
        for n in (3, 2, 1):
            if (n, word[-n:]) in by_ending:
                options = by_ending[n, word[-n:]]
                break
        answer.append(choose(options))
    return answer


# === 06d right style: a class with a table for each length, asked through a dictionary of answers
def tag_by_endings(sentences, tags, words):
    class Table(dict):
        def add(self, key, tag):
            row = self.setdefault(key, {})
            row[tag] = row.get(tag, 0) + 1

        def best(self, key):
            row = self[key]
            return sorted(row, key=lambda tag: (-row[tag], tag))[0]

    cuts = [lambda w: w, lambda w: w[-3:], lambda w: w[-2:], lambda w: w[-1:]]
    tables = [Table() for _ in cuts]
    for sentence, row in zip(sentences, tags):
        for word, tag in zip(sentence, row):
            for cut, table in zip(cuts, tables):
                table.add(cut(word), tag)
    answers = {}
    for word in set(words):
        answers[word] = "O"
        for cut, table in zip(cuts, tables):
            if cut(word) in table:
                answers[word] = table.best(cut(word))
                break
    return [answers[word] for word in words]
