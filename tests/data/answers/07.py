# === 07a wrong conceptual: the mask asks which numbers of the target differ from pad, although pad may be a token
def prepare_targets(sequences, start, end, pad):
    length = max(len(s) for s in sequences) + 1
    previous = [[start] + list(s) + [pad] * (length - len(s) - 1) for s in sequences]
    target = [list(s) + [end] + [pad] * (length - len(s) - 1) for s in sequences]
    mask = [[token != pad for token in row] for row in target]
    return previous, target, mask


# === 07a wrong careless: the mask is one step short, the step that writes end counts as padding
def prepare_targets(sequences, start, end, pad):
    n = max(map(len, sequences)) + 1
    fill = lambda row: row + [pad] * (n - len(row))
    previous = [fill([start, *s]) for s in sequences]
    target = [fill([*s, end]) for s in sequences]
    mask = [[i < len(s) for i in range(n)] for s in sequences]
    return previous, target, mask


# === 07a wrong misread: the padding is put in front of the sentence
def prepare_targets(sequences, start, end, pad):
    longest = max(len(s) for s in sequences)
    previous, target, mask = [], [], []
    for s in sequences:
        gap = longest - len(s)
        previous.append([pad] * gap + [start] + s)
        target.append([pad] * gap + s + [end])
        mask.append([False] * gap + [True] * (len(s) + 1))
    return previous, target, mask


# === 07a wrong over-clever: the tables are made by multiplying one row, so all rows of a table are the same list
def prepare_targets(sequences, start, end, pad):
    n = len(sequences)
    length = max(len(s) for s in sequences) + 1
    previous = [[pad] * length] * n
    target = [[pad] * length] * n
    mask = [[False] * length] * n
    for i, s in enumerate(sequences):
        previous[i][:len(s) + 1] = [start, *s]
        target[i][:len(s) + 1] = [*s, end]
        mask[i][:len(s) + 1] = [True] * (len(s) + 1)
    return previous, target, mask


# === 07a wrong two: rows have the length of the longest sentence, so the longest loses its end and the mask says True for padding
def prepare_targets(sequences, start, end, pad):
    length = max(len(s) for s in sequences)
    previous = [([start] + s + [pad] * length)[:length] for s in sequences]
    target = [(s + [end] + [pad] * length)[:length] for s in sequences]
    mask = [[i > len(s) for i in range(length)] for s in sequences]
    return previous, target, mask


# === 07a wrong hole: an empty sentence is skipped, so its row is missing
def prepare_targets(sequences, start, end, pad):
    sequences = [s for s in sequences if s]
    length = max(len(s) for s in sequences) + 1
    previous = [[start] + s + [pad] * (length - 1 - len(s)) for s in sequences]
    target = [s + [end] + [pad] * (length - 1 - len(s)) for s in sequences]
    mask = [[i <= len(s) for i in range(length)] for s in sequences]
    return previous, target, mask


# === 07a wrong hole: what is real is everything up to the first end in the target, wrong if that number also occurs as a token
def prepare_targets(sequences, start, end, pad):
    length = max(len(s) for s in sequences) + 1
    previous, target, mask = [], [], []
    for s in sequences:
        fill = [pad] * (length - len(s) - 1)
        previous.append([start] + s + fill)
        target.append(s + [end] + fill)
        stop = target[-1].index(end)
        mask.append([i <= stop for i in range(length)])
    return previous, target, mask


# === 07a right style: zip_longest turns the rows into columns and back
from itertools import zip_longest


def prepare_targets(sequences, start, end, pad):
    def fill(rows, filler):
        return [list(row) for row in zip(*zip_longest(*rows, fillvalue=filler))]

    return (
        fill([[start] + list(s) for s in sequences], pad),
        fill([list(s) + [end] for s in sequences], pad),
        fill([[True] * (len(s) + 1) for s in sequences], False),
    )


# === 07b wrong conceptual: the vector v stands inside the tanh
def attend_with_sum(hidden, memory, mask, v):
    together = hidden[:, :, None, :] + memory[:, None, :, :]
    scores = np.tanh(together * v).sum(axis=-1)
    scores = np.where(mask[:, None, :], scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ memory, weights


# === 07b wrong careless: the softmax runs over the decoder's steps instead of the memory
def attend_with_sum(hidden, memory, mask, v):
    scores = np.tanh(hidden[:, :, None, :] + memory[:, None, :, :]) @ v
    e = np.exp(scores) * mask[:, None, :]
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-300)
    return weights @ memory, weights


# === 07b wrong misread: compares with the dot product of the lesson, only weighted by v
def attend_with_sum(hidden, memory, mask, v):
    scores = (hidden * v) @ memory.swapaxes(1, 2)
    scores = np.where(mask[:, None, :], scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ memory, weights


# === 07b wrong over-clever: uses the addition theorem of tanh to save work, which is 0/0 for large states of opposite sign
def attend_with_sum(hidden, memory, mask, v):
    a = np.tanh(hidden)[:, :, None, :]
    b = np.tanh(memory)[:, None, :, :]
    scores = ((a + b) / (1 + a * b)) @ v
    scores = np.where(mask[:, None, :], scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ memory, weights


# === 07b wrong two: padding gets the score 0 instead of minus infinity and v is left out of the sum
def attend_with_sum(hidden, memory, mask, v):
    scores = np.tanh(hidden[:, :, None, :] + memory[:, None, :, :]).sum(axis=-1)
    scores = scores * mask[:, None, :]
    weights = np.exp(scores)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return weights @ memory, weights


# === 07b wrong hole: subtracts the largest score of the whole batch, so a row far below it becomes 0/0
def attend_with_sum(hidden, memory, mask, v):
    scores = np.tanh(hidden[:, :, None, :] + memory[:, None, :, :]) @ v
    scores = scores - scores.max()
    e = np.exp(scores) * mask[:, None, :]
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights @ memory, weights


# === 07b right style: four loops, nested lists and math, the largest score of each row subtracted
import math


def attend_with_sum(hidden, memory, mask, v):
    contexts, all_weights = [], []
    for s_rows, h_rows, real in zip(hidden, memory, mask):
        context_rows, weight_rows = [], []
        for s in s_rows:
            scores = []
            for h in h_rows:
                scores.append(sum(float(v[i]) * math.tanh(s[i] + h[i]) for i in range(len(v))))
            top = max(e for e, m in zip(scores, real) if m)
            up = [math.exp(e - top) if m else 0.0 for e, m in zip(scores, real)]
            w = [u / sum(up) for u in up]
            weight_rows.append(w)
            context_rows.append(
                [sum(w[t] * float(h_rows[t][i]) for t in range(len(w))) for i in range(len(v))]
            )
        contexts.append(context_rows)
        all_weights.append(weight_rows)
    return contexts, all_weights


# === 07c wrong conceptual: draws the next token by chance instead of taking the most probable
def write_until_end(table, firsts, end, longest):
    rng = np.random.default_rng()
    result = []
    for token in firsts:
        row = []
        while len(row) < longest:
            p = np.exp(table[token])
            token = int(rng.choice(len(p), p=p / p.sum()))
            row.append(token)
            if token == end:
                break
        result.append(row)
    return result


# === 07c wrong careless: one token too few, the range begins at 1
def write_until_end(table, firsts, end, longest):
    out = []
    for first in firsts:
        token, row = first, []
        for _ in range(1, longest):
            token = int(table[token].argmax())
            row.append(token)
            if token == end:
                break
        out.append(row)
    return out


# === 07c wrong misread: the last token is always end, it is added where the sentence was cut off
def write_until_end(table, firsts, end, longest):
    sentences = []
    for token in firsts:
        words = []
        for _ in range(longest):
            token = int(np.argmax(table[token]))
            if token == end:
                break
            words.append(token)
        sentences.append(words + [end])
    return sentences


# === 07c wrong over-clever: writes all sentences to the full length and cuts at argmax of the ends, which is 0 where there is none
def write_until_end(table, firsts, end, longest):
    token = np.array(firsts)
    best = np.argmax(table, axis=1)
    columns = []
    for _ in range(longest):
        token = best[token]
        columns.append(token)
    written = np.stack(columns, axis=1)
    stops = (written == end).argmax(axis=1) + 1
    return [row[:stop].tolist() for row, stop in zip(written, stops)]


# === 07c wrong two: end is not written and the first token is put in front
def write_until_end(table, firsts, end, longest):
    answers = []
    for f in firsts:
        answer = [f]
        token = f
        for _ in range(longest):
            token = int(np.argmax(table[token]))
            if token == end:
                break
            answer.append(token)
        answers.append(answer)
    return answers


# === 07c wrong hole: calls itself for each token, so some thousand tokens without end are too deep
def write_until_end(table, firsts, end, longest):
    def go_on(token, left):
        following = int(np.argmax(table[token]))
        if following == end or left == 1:
            return [following]
        return [following] + go_on(following, left - 1)

    return [go_on(first, longest) for first in firsts]


# === 07c right style: who follows whom is looked up once, then a while loop
def write_until_end(table, firsts, end, longest):
    follows = np.asarray(table).argmax(axis=1).tolist()

    def sentence(token):
        words = [follows[token]]
        while words[-1] != end and len(words) < longest:
            words.append(follows[words[-1]])
        return words

    return [sentence(first) for first in firsts]


# === 07d wrong conceptual: the winner at the end is the one with the largest sum
def search_with_beam(table, start, end, longest, width):
    beam = [([], 0.0)]
    for _ in range(longest):
        candidates = []
        for tokens, total in beam:
            if tokens and tokens[-1] == end:
                candidates.append((tokens, total))
                continue
            last = tokens[-1] if tokens else start
            for k in range(len(table)):
                candidates.append((tokens + [k], total + float(table[last][k])))
        candidates.sort(key=lambda c: c[1], reverse=True)
        beam = candidates[:width]
    tokens, total = max(beam, key=lambda c: c[1])
    return tokens, total / len(tokens)


# === 07d wrong careless: start is kept in the sentence while the mean is taken, so each is divided by one too many
def search_with_beam(table, start, end, longest, width):
    beam = [(0.0, [start])]
    for _ in range(longest):
        new = []
        for total, words in beam:
            if len(words) > 1 and words[-1] == end:
                new.append((total, words))
            else:
                for k, logp in enumerate(table[words[-1]]):
                    new.append((total + logp, words + [k]))
        beam = sorted(new, key=lambda pair: -pair[0])[:width]
    total, words = max(beam, key=lambda pair: pair[0] / len(pair[1]))
    return words[1:], float(total / len(words))


# === 07d wrong misread: only sentences that have reached end may win, if there are any
def search_with_beam(table, start, end, longest, width):
    beam = [((), 0.0)]
    for _ in range(longest):
        pool = []
        for words, score in beam:
            if words and words[-1] == end:
                pool.append((words, score))
                continue
            row = table[words[-1]] if words else table[start]
            pool.extend((words + (k,), score + row[k]) for k in range(len(row)))
        pool.sort(key=lambda p: -p[1])
        beam = pool[:width]
    done = [p for p in beam if p[0][-1] == end] or beam
    words, score = max(done, key=lambda p: p[1] / len(p[0]))
    return list(words), float(score) / len(words)


# === 07d wrong over-clever: stops early when the sentence at the top of the beam has ended, a longer one could have a better mean
def search_with_beam(table, start, end, longest, width):
    beam = [([], 0.0)]
    for _ in range(longest):
        grown = []
        for tokens, total in beam:
            if tokens and tokens[-1] == end:
                grown.append((tokens, total))
            else:
                last = tokens[-1] if tokens else start
                for k in range(len(table)):
                    grown.append((tokens + [k], total + table[last][k]))
        grown.sort(key=lambda g: g[1], reverse=True)
        beam = grown[:width]
        if beam[0][0][-1] == end:
            break
    tokens, total = max(beam, key=lambda g: g[1] / len(g[0]))
    return tokens, float(total / len(tokens))


# === 07d wrong two: end is not counted as a token in the mean and one sentence too many is kept
def search_with_beam(table, start, end, longest, width):
    def length(tokens):
        return max(1, len(tokens) - (tokens[-1] == end))

    beam = [([], 0.0)]
    for _ in range(longest):
        grown = []
        for tokens, total in beam:
            if tokens and tokens[-1] == end:
                grown.append((tokens, total))
            else:
                last = tokens[-1] if tokens else start
                grown += [(tokens + [k], total + table[last, k]) for k in range(len(table))]
        beam = sorted(grown, key=lambda g: g[1], reverse=True)[:width + 1]
    tokens, total = max(beam, key=lambda g: g[1] / length(g[0]))
    return tokens, float(total / length(tokens))


# === 07d wrong hole: the sentence is kept with start in front, so if start and end are the same number it is over before it begins
def search_with_beam(table, start, end, longest, width):
    beam = [([start], 0.0)]
    for _ in range(longest):
        grown = []
        for tokens, total in beam:
            if tokens[-1] == end:
                grown.append((tokens, total))
            else:
                for k, more in enumerate(table[tokens[-1]]):
                    grown.append((tokens + [k], total + more))
        beam = sorted(grown, key=lambda g: g[1], reverse=True)[:width]
    tokens, total = max(beam, key=lambda g: g[1] / max(1, len(g[0]) - 1))
    return tokens[1:], float(total / max(1, len(tokens) - 1))


# === 07d right style: heapq keeps the largest sums, tuples and a helper that continues one sentence
import heapq


def search_with_beam(table, start, end, longest, width):
    def continued(total, words):
        if words and words[-1] == end:
            yield total, words
            return
        row = table[words[-1] if words else start]
        for token, more in enumerate(row):
            yield total + float(more), (*words, token)

    beam = [(0.0, ())]
    for _ in range(longest):
        everything = [c for total, words in beam for c in continued(total, words)]
        beam = heapq.nlargest(width, everything, key=lambda c: c[0])
    total, words = max(beam, key=lambda c: c[0] / len(c[1]))
    return list(words), total / len(words)
