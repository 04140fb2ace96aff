"""Make reviews.csv: short reviews whose label depends on the order of their words.

    python datasets/make_reviews.py

The hand-written reviews are in reviews_by_hand.csv; all others are spelled out from the patterns
below. Running this again gives the same bytes; the SHA-256 it prints belongs in `CHECKSUMS`.

**How a pattern reads.** `{A+}` stands for an opinion that agrees with the label, `{A-}` for one
that contradicts it. So "It {is} not {A-}." becomes "It is not dull." with label 1 and "It is not
gripping." with label 0. Each draw of words is spelled out twice, once for either label, so that
every pattern is balanced. Where both signs of one letter stand in a pattern, the two sentences are
mirror images: "I expected a dull film and got a gripping one", "I expected a gripping film and got
a dull one". They have the same words (but for tenses of L), so no bag of words tells them apart.

**Opinions.** A: adjective of the whole thing. G: its plainest adjectives. S: strong adjective.
D: adjective of a part. P: an aspect and what is said of it. T: an aspect and two things that could
be said of it. F: how the reviewer felt. L: verb of liking. V: verdict. C: comparative.
B: what one could barely do. R: whether to return. H: hoped or feared. A digit marks a second draw.
After the letter stands the form: `{A+ a}` "a gripping", `{P- np}` "the wooden acting",
`{P- not}` "the acting is not wooden". Slots in lower case are neutral.

**What is held out.** Opinions that meet in a sentence of validation or test never meet in a
training sentence, whatever the pattern; an opinion that stands alone in such a sentence never
stands in that pattern in training. Patterns marked `test` occur in the test split alone.
"""

import csv
import functools
import hashlib
import itertools
import random
import re
import zlib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROWS_PER_PHENOMENON = {"train": 2200, "validation": 300, "test": 500}
COLUMNS = ["split", "text", "label", "phenomenon", "thing", "pattern"]

# ---- words -------------------------------------------------------------------------------------

# Opinions that suit every thing: positive | negative.
COMMON = {
    "G": "good, great, decent, fine, nice | bad, poor, mediocre, lousy, weak",
    "S": """brilliant, superb, wonderful, fantastic, excellent, terrific, marvellous, magnificent,
        outstanding, amazing | awful, dreadful, terrible, horrible, appalling, atrocious, dire,
        abysmal, hopeless, ghastly""",
    "D": """memorable, exciting, interesting, lively, enjoyable, fascinating, pleasant, inspired
        | dull, boring, tedious, dreary, annoying, forgettable, tiresome, lifeless""",
    "F": """impressed, delighted, charmed, pleased, happy, satisfied, thrilled, enchanted, content
        | disappointed, annoyed, irritated, frustrated, unimpressed, unhappy, dissatisfied,
        disgusted, angry""",
    "V": """a delight, a joy, a triumph, a gem, a treat, a success, a pleasure, a treasure,
        a revelation, a winner | a mess, a disappointment, a failure, a disaster, a chore,
        a waste of time, a waste of money, a nightmare, a joke, a mistake""",
    "L": "love, like, enjoy, adore, admire, appreciate | hate, dislike, loathe, detest, despise",
    "R": """I cannot wait to {do} again, I would {do} again tomorrow, I would gladly {do} again,
        I hope to {do} again soon, nothing will stop me from {doing} again
        | I will not {do} again, I never want to {do} again, I would not {do} again for free,
        I have no wish to {do} again, nothing could make me {do} again""",
    "H": "hoped | feared",
}

PEOPLE = """the critics, my friends, my colleagues, my parents, my neighbours, most reviewers,
    other people, my cousins, my students, the newspapers"""


@dataclass(frozen=True)
class Thing:
    """What is reviewed, and the words that suit it.

    Attributes:
        nouns: its names, comma-separated.
        tenses: the tenses in which people write about it.
        do: doing it, as "watch it", "watched it", "watching it".
        known: what one has done with the best one ever ("seen" a better film).
        ad: what raised expectations.
        units: what it consists of, where its parts can be dull or exciting; else empty.
        words: its own opinions by letter, positive | negative.
        aspects: one line per aspect: noun (pl for plurals) | praise | blame, where "holds
            together/held together" is a verb in both tenses.
        scenes: neutral sentences, one per line.
    """

    nouns: str
    tenses: str
    do: str
    known: str
    ad: str
    units: str
    words: dict
    aspects: str
    scenes: str


THINGS = {
    "film": Thing(
        nouns="film, movie, drama, documentary, sequel, thriller, comedy, remake",
        tenses="present, past",
        do="watch it, watched it, watching it",
        known="seen",
        ad="trailer, poster, title",
        units="scene, minute",
        words={
            "A": """gripping, moving, clever, charming, touching, original, inventive, memorable,
                absorbing, thoughtful, witty, exciting, entertaining, tender, enjoyable, funny
                | boring, dull, predictable, tedious, shallow, silly, pretentious, lifeless,
                forgettable, tiresome, confusing, contrived, dreary, corny, pointless, hollow""",
            "C": "better, smarter, warmer, sharper, funnier | worse, duller, sillier, slower",
            "B": """take my eyes off the screen, believe it was over so soon, hold back my tears
                | keep my eyes open, sit through it, wait for the credits""",
        },
        aspects="""
            acting | superb, convincing, subtle, natural | wooden, stiff,
                unconvincing, lifeless;
            plot | clever, original, surprising, holds together/held together, keeps
                you guessing/kept you guessing | thin, predictable, confusing, falls
                apart/fell apart, goes nowhere/went nowhere;
            dialogue | sharp, witty, sparkling, natural | clumsy, flat, stilted,
                corny;
            jokes pl | fresh, clever, hilarious, land/landed | stale, lame, crude,
                fall flat/fell flat;
            ending | satisfying, moving, perfect, unforgettable | rushed, weak,
                abrupt, implausible;
            soundtrack | beautiful, haunting, memorable | grating, intrusive,
                dreary;
            special effects pl | stunning, impressive, dazzling | cheap, dated,
                unconvincing;
            characters pl | believable, likeable, vivid, memorable | flat, annoying,
                shallow, dull;
            pacing | brisk, perfect, confident | slow, sluggish, uneven;
            costumes pl | gorgeous, lavish, stunning | cheap, tacky, ugly""",
        scenes="""
            We saw it on a rainy Sunday.
            My brother chose it.
            It runs for just over two hours.
            I watched it on the train.
            The cinema was half full.
            It came out last spring.
            I knew nothing about the director.
            We had seats near the back.
            My grandmother came along.
            I watched it with subtitles.
            It was shown as part of a festival.""",
    ),
    "book": Thing(
        nouns="book, novel, memoir, biography, story, thriller",
        tenses="present, past",
        do="read it, read it, reading it",
        known="read",
        ad="cover, title, blurb",
        units="chapter, page",
        words={
            "A": """gripping, moving, wise, absorbing, original, rewarding, insightful, compelling,
                charming, lively, thoughtful, poignant, beautiful, honest, funny, readable
                | boring, dull, tedious, repetitive, pretentious, predictable, shallow, confusing,
                rambling, preachy, pointless, clumsy, dreary, silly, laboured, forgettable""",
            "C": "better, wiser, finer, richer, livelier | worse, duller, drier, clumsier, sillier",
            "B": """put it down, wait for the next volume, sleep until I had finished
                | finish it, get past the first chapter, tell the characters apart""",
        },
        aspects="""
            prose | elegant, vivid, lyrical, crisp, sings/sang | clumsy, dry,
                flowery, lifeless, plods/plodded;
            plot | clever, ingenious, surprising, holds together/held together |
                thin, predictable, muddled, falls apart/fell apart, goes
                nowhere/went nowhere;
            characters pl | believable, vivid, likeable, come alive/came alive |
                flat, dull, unconvincing, annoying;
            dialogue | sharp, witty, natural, funny | stilted, clumsy, flat;
            ending | satisfying, moving, unforgettable, perfect | rushed, weak,
                abrupt, implausible;
            opening chapters pl | gripping, lively, absorbing, draw you in/drew you
                in | slow, confusing, tedious, drag/dragged;
            translation | fluent, graceful, careful | awkward, careless, stiff;
            illustrations pl | beautiful, delightful, delicate | ugly, crude,
                blurry;
            research | thorough, impressive, solid | sloppy, shallow, careless;
            narrator | likeable, convincing, honest | annoying, tiresome, smug""",
        scenes="""
            I read it on holiday.
            My aunt lent me her copy.
            It has four hundred pages.
            I listened to the audio version.
            Our book club chose it for May.
            I borrowed it from the library.
            It is the second part of a series.
            I read it in the original French.
            The author used to be a nurse.
            A colleague left it on my desk.
            The paperback appeared in June.""",
    ),
    "restaurant": Thing(
        nouns="restaurant, bistro, cafe, diner, pizzeria, place",
        tenses="past",
        do="eat there, ate there, eating there",
        known="eaten at",
        ad="menu, website, guidebook",
        units="",
        words={
            "A": """cosy, charming, welcoming, lively, friendly, relaxed, elegant, clean, pleasant,
                inviting, stylish, cheerful, affordable, delightful
                | noisy, overpriced, dirty, cramped, gloomy, pretentious, shabby, unfriendly,
                chaotic, unpleasant, grubby, soulless, stuffy, disappointing""",
            "C": """better, friendlier, cosier, nicer, livelier
                | worse, noisier, dirtier, shabbier, gloomier""",
            "B": """stop eating, wait to come back, believe how little we paid
                | hear myself think, swallow the first bite, believe how much we paid""",
        },
        aspects="""
            food | delicious, fresh, tasty, excellent | bland, greasy, stale,
                inedible;
            soup | hearty, delicious, rich, comforting | watery, salty, lukewarm;
            steak | tender, juicy, perfect | tough, burnt, dry, chewy;
            fish | fresh, tender, delicate | dry, rubbery, overcooked;
            desserts pl | heavenly, delicious, exquisite | sickly, stale, dry;
            service | friendly, attentive, quick, flawless | slow, rude, careless,
                indifferent;
            waiters pl | charming, helpful, attentive, kind, looked after us/looked
                after us | rude, surly, arrogant, ignored us/ignored us;
            wine list | impressive, interesting, varied | dull, overpriced,
                disappointing;
            prices pl | fair, reasonable, modest | outrageous, steep, absurd;
            portions pl | generous, satisfying, ample | tiny, stingy, meagre;
            bread | crusty, fresh, delicious | stale, dry, tasteless;
            atmosphere | relaxed, romantic, lovely, cheerful | gloomy, tense, stuffy""",
        scenes="""
            We went on a Friday evening.
            There were six of us.
            We had booked a week ahead.
            It is next to the station.
            We had the set lunch.
            I paid by card.
            It opened last month.
            My mother picked it for her birthday.
            We sat by the window.
            We came straight from the theatre.
            I ordered the fish and my husband the lamb.""",
    ),
    "hotel": Thing(
        nouns="hotel, guesthouse, inn, hostel, resort, lodge",
        tenses="past",
        do="stay there, stayed there, staying there",
        known="stayed at",
        ad="website, brochure, photographs",
        units="",
        words={
            "A": """clean, quiet, comfortable, charming, welcoming, peaceful, spacious, elegant,
                cosy, friendly, tidy, pleasant, delightful, luxurious
                | dirty, noisy, shabby, gloomy, grubby, uncomfortable, chilly, neglected,
                unfriendly, damp, depressing, soulless, overpriced, unpleasant""",
            "C": """better, quieter, cleaner, friendlier, cosier
                | worse, noisier, dirtier, shabbier, damper""",
            "B": """tear myself away, believe my luck, think of a kinder welcome
                | sleep for the noise, turn round in the bathroom, find a clean spot""",
        },
        aspects="""
            room | spotless, bright, airy, quiet | damp, dark, filthy, smelly;
            bed | comfortable, cosy, perfect | lumpy, creaky, uncomfortable;
            breakfast | delicious, generous, excellent | meagre, stale,
                disappointing;
            staff pl | helpful, kind, cheerful, went out of their way/went out of
                their way | rude, indifferent, unhelpful, sullen, ignored us/ignored
                us;
            pool | clean, lovely, inviting | dirty, freezing, overcrowded;
            view | breathtaking, lovely, magnificent | grim, dreary, depressing;
            bathroom | sparkling, modern, spotless | mouldy, dirty, tiny;
            towels pl | fluffy, soft, fresh | thin, scratchy, grubby;
            location | ideal, convenient, perfect | inconvenient, dreadful, awkward;
            garden | beautiful, peaceful, lovely | neglected, ugly, gloomy;
            pillows pl | soft, fluffy, perfect | lumpy, flat, dreadful;
            receptionist | friendly, helpful, kind | rude, unhelpful, grumpy""",
        scenes="""
            We stayed for three nights.
            We arrived late in the evening.
            Our room was on the second floor.
            We were there for a wedding.
            I had booked it through an agency.
            It is ten minutes from the airport.
            We travelled with two small children.
            I was there on business.
            We came by train.
            Breakfast starts at seven.
            There is a bus stop across the road.""",
    ),
    "gadget": Thing(
        nouns="phone, tablet, laptop, watch, camera, reader",
        tenses="present, past",
        do="buy it, bought it, buying it",
        known="owned",
        ad="advert, box, website",
        units="",
        words={
            "A": """reliable, sturdy, handy, elegant, practical, useful, versatile, dependable,
                robust, responsive, fast, stylish, sensible, intuitive
                | unreliable, flimsy, clunky, useless, fragile, impractical, awkward, buggy,
                sluggish, ugly, overpriced, frustrating, annoying, slow""",
            "C": """better, faster, handier, sturdier, smarter
                | worse, slower, clumsier, flimsier, uglier""",
            "B": """imagine life without it, put it away, find a fault
                | read the screen, make it work, get through a day without charging it""",
        },
        aspects="""
            battery | excellent, impressive, dependable, lasts all day/lasted all
                day | weak, hopeless, unreliable, dies by noon/died by noon;
            screen | bright, sharp, crisp, gorgeous | dim, blurry, dull,
                flickers/flickered;
            speakers pl | clear, rich, powerful | tinny, muffled, weak;
            buttons pl | solid, responsive, handy | stiff, loose, fiddly,
                stick/stuck;
            software | smooth, stable, intuitive, just works/just worked | buggy,
                slow, confusing, clumsy, crashes daily/crashed daily;
            manual | clear, helpful, thorough | confusing, useless, baffling;
            design | sleek, elegant, attractive | ugly, clumsy, dated;
            menus pl | clear, logical, intuitive | cluttered, confusing, baffling;
            charger | quick, compact, handy | slow, bulky, flimsy;
            customer support | helpful, quick, patient | useless, slow, rude""",
        scenes="""
            I have had it for six weeks.
            I got it in the sales.
            It replaced one that I had for five years.
            My son set it up.
            I use it mostly at work.
            It came with a cable and a bag.
            I ordered the blue one.
            It was a present from my wife.
            I carry it on the bus every day.
            It arrived on a Tuesday.
            It weighs as much as an apple.""",
    ),
    "concert": Thing(
        nouns="concert, gig, show, recital, performance",
        tenses="past",
        do="see them, saw them, seeing them",
        known="been to",
        ad="poster, programme, announcement",
        units="song, minute",
        words={
            "A": """thrilling, lively, moving, energetic, joyful, exciting, magical, memorable,
                polished, uplifting, enjoyable, electrifying, passionate, touching
                | boring, lifeless, dull, disappointing, chaotic, tedious, sloppy, forgettable,
                tiresome, underwhelming, amateurish, deafening, dreary, bland""",
            "C": "better, livelier, finer, warmer, tighter | worse, duller, sloppier, louder",
            "B": """sit still, hold back my tears, believe it was over so soon
                | hear the singer, stay until the interval, keep my eyes open""",
        },
        aspects="""
            singer | charismatic, magnetic, superb, charming | bored, hoarse,
                listless, unprepared;
            band | tight, brilliant, energetic, on fire | sloppy, tired, clumsy,
                listless;
            sound | crisp, clear, rich | muddy, harsh, distorted;
            songs pl | catchy, beautiful, fresh | dreary, bland, repetitive,
                dragged/dragged;
            solos pl | dazzling, inventive, thrilling | endless, tedious, clumsy;
            lighting | gorgeous, clever, magical | harsh, gloomy, distracting;
            seats pl | comfortable, excellent, perfect | cramped, hard,
                uncomfortable;
            encore | wonderful, generous, rousing | feeble, rushed, disappointing;
            drummer | precise, brilliant, tireless | clumsy, careless, deafening;
            venue | beautiful, lovely, intimate | stuffy, dirty, cramped;
            orchestra | brilliant, precise, magnificent | careless, listless,
                lifeless""",
        scenes="""
            We stood near the front.
            It started at eight.
            They played for ninety minutes.
            A friend had a spare ticket.
            It was their second night in town.
            The hall holds two thousand people.
            I went with my daughter.
            There was an interval of twenty minutes.
            We took the last bus home.
            It was recorded for the radio.
            It was part of the summer season.""",
    ),
    "game": Thing(
        nouns="game, adventure, sequel, remake, puzzle game",
        tenses="present, past",
        do="play it, played it, playing it",
        known="played",
        ad="trailer, box, demo",
        units="level, mission",
        words={
            "A": """addictive, exciting, clever, rewarding, inventive, imaginative, polished,
                absorbing, charming, satisfying, original, enjoyable, entertaining, engaging
                | boring, repetitive, buggy, frustrating, unfair, dull, clumsy, unfinished, bland,
                tedious, pointless, shallow, monotonous, forgettable""",
            "C": """better, smarter, richer, prettier, livelier
                | worse, duller, clumsier, uglier, buggier""",
            "B": """stop playing, drag myself to bed, wait for the next part
                | get past the menu, steer straight, see where I was going""",
        },
        aspects="""
            graphics pl | gorgeous, detailed, stunning | dated, ugly, blurry, crude;
            controls pl | responsive, intuitive, smooth, precise | clumsy, sluggish,
                awkward, fiddly;
            story | gripping, touching, surprising, draws you in/drew you in | thin,
                silly, confusing, goes nowhere/went nowhere;
            puzzles pl | ingenious, clever, satisfying | obscure, repetitive,
                unfair;
            levels pl | varied, imaginative, inventive | repetitive, empty, dull;
            music | catchy, beautiful, soothing | grating, monotonous, irritating;
            tutorial | clear, helpful, sensible | endless, confusing, patronising;
            camera | smooth, clever, steady | jerky, awkward, clumsy;
            enemies pl | cunning, varied, challenging | stupid, repetitive, unfair;
            dialogue | funny, witty, sharp | stilted, corny, flat""",
        scenes="""
            I played it on an old console.
            I have put in about thirty hours.
            My kids play it too.
            It was on sale at half price.
            I played online with a friend.
            I chose the middle difficulty.
            It came out in autumn.
            The main quest takes about a week.
            I played with headphones on.
            It takes up forty gigabytes.
            There are two ways to end it.""",
    ),
    "museum": Thing(
        nouns="museum, gallery, exhibition",
        tenses="past",
        do="go there, went there, going there",
        known="visited",
        ad="brochure, website, guidebook",
        units="room",
        words={
            "A": """fascinating, inspiring, interesting, thoughtful, impressive, informative,
                lively, memorable, welcoming, absorbing, imaginative, rewarding, beautiful
                | boring, dusty, confusing, overcrowded, overpriced, dull, uninspiring, gloomy,
                pretentious, tedious, disappointing, chaotic, stuffy""",
            "C": """better, livelier, finer, brighter, richer
                | worse, duller, gloomier, dustier, stuffier""",
            "B": """tear myself away, get the children to leave, believe my eyes
                | read the labels, find the entrance, see past the crowds""",
        },
        aspects="""
            paintings pl | magnificent, superb, striking | mediocre, dull,
                uninspiring;
            labels pl | clear, helpful, informative | confusing, tiny, unreadable;
            guide | knowledgeable, witty, passionate, patient | bored, rude,
                impatient;
            audio guide | informative, witty, lively | tedious, patronising,
                useless;
            layout | logical, clear, clever | confusing, baffling, chaotic;
            gift shop | charming, tasteful, affordable | tacky, overpriced, dreary;
            rooms pl | bright, spacious, airy | dark, stuffy, cramped;
            displays pl | inventive, imaginative, striking | dusty, dated, dreary;
            lighting | subtle, clever, perfect | dim, harsh, dreadful;
            attendants pl | friendly, helpful, cheerful | grumpy, unhelpful, rude""",
        scenes="""
            We went on a Wednesday morning.
            It is behind the cathedral.
            We spent about two hours there.
            We had a group ticket.
            I went with my students.
            It reopened in March.
            We took the tram from the harbour.
            There is a cloakroom by the entrance.
            It has three floors.
            Photographs are allowed.
            A school class was there too.""",
    ),
    "course": Thing(
        nouns="course, class, workshop, seminar",
        tenses="past",
        do="take it, took it, taking it",
        known="taken",
        ad="description, brochure, syllabus",
        units="lesson, hour",
        words={
            "A": """useful, practical, inspiring, enjoyable, stimulating, thorough, rewarding,
                engaging, valuable, helpful, lively, lucid, informative
                | useless, boring, superficial, confusing, chaotic, disorganised, tedious,
                overpriced, shallow, pointless, frustrating, uninspiring, exhausting""",
            "C": """better, clearer, livelier, richer, friendlier
                | worse, duller, vaguer, slower, drier""",
            "B": """wait for the next lesson, believe how much I learned, wait to try it all out
                | follow a word, stay awake, see the point""",
        },
        aspects="""
            teacher | patient, inspiring, knowledgeable, kind | impatient, bored,
                arrogant, unprepared;
            exercises pl | useful, varied, clever | repetitive, pointless, tedious;
            explanations pl | clear, lucid, helpful | vague, muddled, baffling;
            handouts pl | thorough, clear, useful | sloppy, useless, confusing;
            slides pl | clear, attractive, lucid | cluttered, unreadable, ugly;
            pace | comfortable, sensible, perfect | exhausting, sluggish, uneven;
            feedback | detailed, encouraging, prompt | vague, unhelpful, careless;
            examples pl | interesting, vivid, practical | dull, dated, contrived;
            videos pl | lively, engaging, polished | boring, amateurish, tedious;
            homework | rewarding, sensible, interesting | pointless, tedious, unfair""",
        scenes="""
            It ran for ten weeks.
            There were twelve of us.
            We met on Thursday evenings.
            My employer paid for it.
            I joined from home.
            It took place in the town hall.
            I was the youngest in the room.
            We used a printed textbook.
            I signed up with a colleague.
            There was an exam at the end.
            It was held in German.""",
    ),
}

# ---- patterns ----------------------------------------------------------------------------------

# Each line: flags, then the pattern. "past": told in the past tense; "test": in the test alone.
PATTERNS = {
    "plain": """
        | It {is} {A+ a} {noun}.
        | {P+}.
        | {P+} and {P+2}.
        | This {noun} {is} {V+}.
        past | I {L+ past} this {noun}.
        | What {A+ a} {noun}!
        | {A+} and {A+2}: that sums it up.
        past | It left me {F+}.
        past | Because {P+}, I {L+ past} it.
        | {V+}: {P+} and {P+2}.
        past | {P+}, and I was {F+}.
        | {P+}; {R+}.
        | {G+ a} {noun}: {P+} and {P+2}.
        | {people} call it {A+}, and so do I.
        past | I was {F+}.
        | {P+}. {P+2}.
        | It {is} {A+} and {A+2}.
        | {A+ a} {noun}.
        past | I came away {F+}.
        | {P+}, {P+2}: {A+ a} {noun}.
        past | My whole family {L+ past} it.
        | I {L+ base} it.
        past | I {L+ past} {P+ np}.
        past | {P+}, so I {L+ past} it.
        | You will {L+ base} it.
        | If you ask me, it {is} {V+}.
        past | {people} were {F+}, and so was I.
        | {R+}: {P+}.
        past test | I was {F+}: {P+}.
        test | {A+ a}, {A+2} {noun}.
        past test | We were {F+}. {P+}.""",
    "negation": """
        | This {is} not {G- a} {noun}.
        | It {is} never {A-}.
        | Nobody could call it {A-}.
        | There {is} nothing {A-} about it.
        | I would not call this {noun} {A-}.
        past | Not for a moment was I {F-}.
        past | I was never {F-}, not even at the end.
        | {T asp} {T is} not {T-}; {T it} {T is} {T+}.
        | It {is} not {A-} but {A+}.
        | It {is} {A+}, not {A-}.
        | It {is} never {A-} and always {A+}.
        | {P- not} and {P+ adj}.
        | {P+ adj} and {P- not}.
        past | Nobody found it {A-}; everybody found it {A+}.
        past | Everybody found it {A+}; nobody found it {A-}.
        | It {is} not only {A+} but also {A+2}.
        past | It could not have been {C+}.
        | I have never {known} {C+ a} {noun}.
        | There {is} not one {D-} {unit} in it.
        | It {is} neither {A-} nor {A-2}.
        | Do not believe anyone who calls it {A-}.
        past | I did not {L- base} it.
        past | I was not {F-}, I was {F+}.
        | {P- not} and {P-2 not}.
        | Call it {A+} if you like, but do not call it {A-}.
        | It is not true that {P-}.
        past | I never once thought it {A-}.
        past | I had no reason to be {F-}.
        | No, I do not {L- base} it: {P+}.
        past | I was {F+} and not at all {F-}.
        | Few {nouns} I have {known} are as {A+}.
        | {T asp} {T is} never {T-}.
        | {T asp} {T is} not {T-} at all.
        | I do not {L- base} it.
        past | I did not find it {A-}.
        past | We were not {F-}.
        past | I never {L- past} it.
        | This {is} no {A-} {noun}.
        | Not {A-}, but {A+}.
        | It {is} not {A-}. It {is} {A+}.
        | I do not think that {P-}.
        | Nobody will say that {P-}.
        past | {people} were not {F-}, and neither was I.
        | Without being {A-}, it {is} {A+}.
        | {P+ adj}, {P- not}.
        past | Not one of us found it {A-}.
        | This {is} not {A- a} {noun}, this {is} {A+ a} one.
        | What {is} {A-} about it? Nothing.
        | Who says that {P-}? Not me.
        past test | None of us found it {A-}.
        test | You will not find {C+ a} {noun}.
        test | This {is} {A+ a} {noun}, not {A- a} one.
        past test | I could not say that I was {F-}.
        test | You cannot say that {P-}.""",
    "contrast": """
        | {P-}, but {P+}.
        | {P-}, yet {P+}.
        | Although {P-}, {P+}.
        | Even though {P-}, {P+}.
        | {P+}, although {P-}.
        | {P+}, even if {P-}.
        | Despite {P- np}, {P+ adj}.
        | {P+ adj} despite {P- np}.
        | In spite of {P- np}, it {is} {A+ a} {noun}.
        | {P-}. Still, {P+}.
        | {P-}; however, {P+}.
        | While {P-}, {P+}.
        | Yes, {P-}, but {P+}.
        | It {is} {A-}, but it {is} also {A+}.
        | {A- a} but {A+} {noun}.
        past | {P+ np} outweighed {P- np}.
        past | {P+ np} mattered more than {P- np}.
        past | {P- np} mattered less than {P+ np}.
        | I admit that {P-}, but {P+}.
        past | {people} found it {A-}, but I found it {A+}.
        past | I found it {A+}, though {people} found it {A-}.
        | {A- a} {noun} at first, {A+ a} one in the end.
        past | {P+ np} made me forget {P- np}.
        past | Although {P-}, I {L+ past} it.
        past | {P-}, and yet I was {F+}.
        | {P-}, but {R+}.
        | {P-}, but {P-2 anything}.
        | {P+2 not}, but {P+ adj}.
        past | {people} {L- past} it, whereas I {L+ past} it.
        past | At first it was {A-}, later {A+}.
        | {P-}, but it {is} {A+ a} {noun}.
        | {P-}. But {P+}.
        | It {is} {A-}, but {P+}.
        | Though {P-}, {P+}.
        | {P+}, so never mind that {P-}.
        | {P-}. All the same, {P+}.
        past | Notwithstanding {P- np}, {P+ adj}.
        | {A-} though it {is}, {P+}.
        past | {A-} though it was, I {L+ past} it.
        | It {is} {A+}, even if it {is} {A-}.
        | It {is} {A+}, although {P-}.
        past | I {L+ past} it in spite of {P- np}.
        past | I {L+ past} it even though {P-}.
        | {P-}, that much is true, but {P+}.
        | Ignore those who say that {P-}: {P+}.
        past | {people} were {F-}, but I was {F+}.
        test | Never mind that {P-}: {P+}.
        test | It {is} {A+}, if also {A-}.
        past test | Notwithstanding {P- np}, I {L+ past} it.
        test | {P-}; all the same, {P+}.
        test | {P-}, I admit, yet {P+}.""",
    "expectation": """
        past | I expected to {L- base} it and {L+ past} it.
        past | I expected {A- a} {noun} and got {A+ a} one.
        past | I thought it would be {A-}; it was {A+}.
        past | From the {ad} I expected {A- a} {noun}, but it was {A+}.
        past | I was told that {P-}; in fact {P+}.
        past | They said {T asp} would be {T-}, but {T it} {T is} {T+}.
        past | It was not as {A-} as I expected.
        past | It was less {A-} than I expected.
        past | I expected it to be {A+}, but not that {A+}.
        past | It was {C+} than I expected.
        past | I expected {A+ a} {noun}, and that is exactly what I got.
        past | I was prepared to be {F-} and was {F+}.
        past | What looked like {A- a} {noun} turned out to be {A+ a} one.
        past | I {H-} it would be {A-}, but it was not.
        past | I {H+} it would be {A+}, and it was.
        past | Everyone said it was {A-}, and everyone was wrong.
        past | Everyone said it was {A+}, and everyone was right.
        past | I started out {F-} and ended up {F+}.
        past | I had heard of {P- np}; what I remember is {P+ np}.
        past | It was {A+} where I had expected it to be {A-}.
        past | I {L+ past} it, although I had expected to {L- base} it.
        past | I got {A+ a} {noun} when I had expected {A- a} one.
        past | I {L+ past} it even more than I had expected.
        | Those who expect {A- a} {noun} will find {A+ a} one.
        past | I thought I would be {F-}. How wrong I was!
        past | I {L+ past} it; {people} had told me that I would {L- base} it.
        | I never thought I would {L+ base} it, but I do.
        past | I ended up {L+ ing} it.
        past | I ended up {L+ ing} it, which I had not expected.
        past | It should have been {A-}, but it was {A+}.
        past | I did not expect it to be {A+}, but it was.
        past | I expected it to be {A-}. It was not.
        past | I expected it to be {A-}, and I was wrong.
        past | I was ready for {A- a} {noun}; this one was {A+}.
        past | {people} promised me {A+ a} {noun}, and I got one.
        past | The {ad} made it look {A-}; it was {A+}.
        past | I {H-} that I would be {F-}, but I was {F+}.
        past | To my surprise, {P+}.
        past | To my surprise, I {L+ past} it.
        past | As expected, {P+}.
        past | As expected, I was {F+}.
        past | I changed my mind: I {L- past} it at first, and now I {L+ base} it.
        past | I used to {L- base} such {nouns}, but I {L+ past} this one.
        past | My first thought was that it was {A-}. I was wrong.
        past test | I was ready to {L- base} it, but ended up {L+ ing} it.
        past test | Going by the {ad}, it should have been {A-}. It was {A+}.
        past test | {people} promised me {A- a} {noun}; what I got was {A+}.
        past test | I {H-} that it would be {A-}. It was not.
        past test | I did not expect to be {F+}, but I was.""",
    "intensifier": """
        | It {is} {fully} {S+}.
        | {T asp} {T is} hardly {T-}.
        | It {is} far from {A-}.
        | It {is} anything but {A-}.
        | It {is} hardly {A-} and truly {A+}.
        | Far from being {A-}, it {is} thoroughly {A+}.
        | {P- anything}, and {P+ adj}.
        | {P+ adj}, and {P- far}.
        | It {is} nothing short of {S+}.
        past | I could barely {B+}.
        | It {is} {rather} {A+}.
        | {T asp} {T is} {really} {T+}.
        past | It could hardly have been {C+}.
        | {A-}? Hardly. {A+}? Absolutely.
        | {A+}? Very. {A-}? Scarcely.
        | It {is} every bit as {A+} as people say.
        | It {is} by no means {A-}.
        past | I {quite} {L+ past} it.
        | There {is} hardly {D- a} {unit} in it.
        | It {is} not even slightly {A-}.
        | It {is} so {A+} that I told all my friends.
        | {P- hardly} and {P+ really}.
        | {P+ really} and {P- hardly}.
        past | I was more than {F+}.
        | {fully} {S+}: {P+}.
        | It {is} much less {A-} than most.
        | It {is} extremely {A+} and anything but {A-}.
        past | I could hardly {B+}.
        | It {is} {S+} from start to finish.
        | {P+ really}.
        past | I was {quite} {F+}.
        past | I was anything but {F-}.
        past | I was hardly {F-}.
        | {P- anything}.
        | {P- far}.
        | This {is} hardly {A- a} {noun}.
        | This {is} anything but {A- a} {noun}.
        | It {is} scarcely {A-}.
        | If anything, it {is} {A+}.
        | A {rather} {A+} {noun}.
        past | I could hardly have {L+ past} it more.
        | It {is} not in the least {A-}.
        past | I {L+ past} it so much that I told everybody.
        | How very {A+}!
        | {A+}, truly {A+2}.
        past test | I was far from {F-}.
        test | {T asp} {T is} by no means {T-}.
        test | It {is} scarcely {A-}; if anything, it {is} {A+}.
        past test | I could hardly have been more {F+}.
        test | Hardly {A- a} {noun}, and {P+}.""",
}

NEUTRAL = {
    "fully": "absolutely, utterly, simply, truly, quite simply",
    "rather": "rather, really, quite, very, pretty, particularly, remarkably, surprisingly",
    "really": "really, truly, simply, genuinely",
    "quite": "really, absolutely, thoroughly, genuinely",
    "people": PEOPLE,
}

# Contractions that can replace the full form wherever it stands.
CONTRACTIONS = {
    " is not ": " isn't ",
    " was not ": " wasn't ",
    " are not ": " aren't ",
    " were not ": " weren't ",
    " did not ": " didn't ",
    " do not ": " don't ",
    " would not ": " wouldn't ",
    " could not ": " couldn't ",
    " cannot ": " can't ",
    " will not ": " won't ",
    "It is ": "It's ",
    "I would ": "I'd ",
    "I have ": "I've ",
}

# ---- from words to sentences -------------------------------------------------------------------


@dataclass(frozen=True)
class Pattern:
    """One pattern.

    Attributes:
        id: its phenomenon and number, as "negation-08".
        phenomenon: what decides about the label.
        text: the sentence with its slots.
        past: told in the past tense, whatever the thing.
        test_only: kept out of training and validation.
    """

    id: str
    phenomenon: str
    text: str
    past: bool
    test_only: bool


@dataclass(frozen=True)
class Point:
    """An aspect and what is said of it.

    Attributes:
        noun: the aspect, as "jokes".
        plural: whether the noun is a plural.
        said: an adjective, or a verb phrase as "land/landed" (present, past).
    """

    noun: str
    plural: bool
    said: str


@dataclass(frozen=True)
class Draw:
    """A pattern with opinions drawn for it.

    Attributes:
        pattern: the `Pattern`.
        thing: name of the thing reviewed.
        past: whether the tense is the past.
        opinions: the (positive, negative) pair drawn for each letter and digit of the pattern.
    """

    pattern: Pattern
    thing: str
    past: bool
    opinions: dict

    def find_words(self, label):
        """Return the set of opinion words in the sentence with a label, without hopes and fears."""
        found = set()
        for letter, sign, digit, _ in SLOT.findall(self.pattern.text):
            if letter in LETTERS and letter != "H" and sign:
                opinion = self.opinions[letter, digit][(sign == "+") != label]
                found.add(opinion.said if isinstance(opinion, Point) else opinion)
        return found


SLOT = re.compile(r"\{(\w+)([+-]?)(\d?)(?: (\w+))?\}")
LETTERS = "AGSDPTFLVCBRH"


@functools.cache
def split_list(text):
    """Return the items of a comma-separated text, inner line breaks removed."""
    return [" ".join(item.split()) for item in text.split(",")]


@functools.cache
def split_sides(text):
    """Return the positive and the negative items of "good, fine | bad, weak"."""
    praise, blame = text.split("|")
    return split_list(praise), split_list(blame)


def read_patterns():
    """Return every `Pattern`, in the order of the tables."""
    patterns = []
    for phenomenon, table in PATTERNS.items():
        for number, line in enumerate(table.strip().splitlines(), start=1):
            flags, text = (part.strip() for part in line.split("|"))
            name = f"{phenomenon}-{number:02d}"
            patterns.append(Pattern(name, phenomenon, text, "past" in flags, "test" in flags))
    return patterns


@functools.cache
def read_aspects(table):
    """Return, for each aspect of a thing, two lists of `Point`: praise and blame."""
    aspects = []
    for entry in table.split(";"):
        name, *sides = entry.split("|")
        noun = " ".join(name.split())
        plural = noun.endswith(" pl")
        noun = noun.removesuffix(" pl")
        aspects.append([[Point(noun, plural, said) for said in split_list(side)] for side in sides])
    return aspects


def add_article(phrase):
    """Return the phrase with "a" or "an" before it, as its first sound asks."""
    vowel = phrase[0] in "aeiou" and not phrase.startswith("use") or phrase.startswith("honest")
    return f"{'an' if vowel else 'a'} {phrase}"


def make_plural(noun):
    """Return the plural of a regular noun."""
    if noun.endswith("y"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "ch")) else "s")


def inflect_verb(verb, form):
    """Return the "past" or "ing" form of a regular verb, or the verb itself for "base"."""
    if form == "base":
        return verb
    return verb.removesuffix("e") + ("ed" if form == "past" else "ing")


def be(plural, past):
    """Return "is", "was", "are" or "were"."""
    return (("is", "was"), ("are", "were"))[plural][past]


def spell_point(point, form, past):
    """Return a point as words: a noun phrase for the form "np", else a clause."""
    if form == "np":
        return f"the {point.said} {point.noun}"
    if "/" in point.said:
        return f"the {point.noun} {point.said.split('/')[past]}"
    adverbs = {"": "", "adj": "", "anything": "anything but ", "far": "far from "}
    adverb = adverbs.get(form, f"{form} ")
    return f"the {point.noun} {be(point.plural, past)} {adverb}{point.said}"


class Writer:
    """Draws words for patterns and spells out sentences.

    Args:
        seed: starts the one stream of random numbers behind all draws.
    """

    def __init__(self, seed):
        self.random = random.Random(seed).random  # the same stream in every version of Python

    def pick(self, items):
        """Return one of the items."""
        return items[int(self.random() * len(items))]

    def draw(self, pattern):
        """Return a `Draw` for a pattern, or None where it does not suit the thing that came up."""
        name = self.pick(list(THINGS))
        thing = THINGS[name]
        if not thing.units and re.search(r"\{(unit|D)", pattern.text):
            return None
        past = pattern.past or self.pick(split_list(thing.tenses)) == "past"
        return Draw(pattern, name, past, self.pick_opinions(thing, SLOT.findall(pattern.text)))

    def write(self, draw):
        """Return a draw's sentence with label 0 and the one with label 1, alike in all else."""
        thing = THINGS[draw.thing]
        neutral = self.pick_neutral(thing, draw.past)
        scene = self.pick(thing.scenes.strip().splitlines()).strip()
        where, contracted = self.random(), self.random() < 0.4
        texts = []
        for label in (0, 1):
            text = fill(draw, label)
            text = SLOT.sub(lambda slot: neutral[slot[1]], text)
            text = f"{scene} {text}" if where < 0.25 else f"{text} {scene}" if where < 0.4 else text
            text = re.sub(r"(^|[.!?] )[a-z]", lambda start: start[0].upper(), text)
            texts.append(contract(text) if contracted else text)
        return texts

    def pick_opinions(self, thing, slots):
        """Return the (positive, negative) pair drawn for each letter and digit of a pattern."""
        words = COMMON | thing.words
        opinions = {}
        for letter, _, digit, _ in slots:
            if letter not in LETTERS or (letter, digit) in opinions:
                continue
            earlier = opinions.get((letter, ""), ())
            if letter in "PT":
                forms = {form for key, _, other, form in slots if (key, other) == (letter, digit)}
                opinions[letter, digit] = self.pick_points(
                    read_aspects(thing.aspects),
                    taken={point.noun for point in earlier},
                    one_aspect=letter == "T",
                    with_verbs=forms == {""},
                )
            else:
                opinions[letter, digit] = tuple(
                    self.pick([word for word in side if word not in earlier])
                    for side in split_sides(words[letter])
                )
        return opinions

    def pick_points(self, aspects, taken, one_aspect, with_verbs):
        """Return a praising and a blaming `Point` of equal number, on aspects not taken."""
        while True:
            first = self.pick(aspects)
            second = first if one_aspect else self.pick(aspects)
            praise, blame = self.pick(first[0]), self.pick(second[1])
            if (
                (praise.noun == blame.noun) == one_aspect
                and praise.plural == blame.plural
                and not {praise.noun, blame.noun} & taken
                and (with_verbs or "/" not in praise.said + blame.said)
            ):
                return praise, blame

    def pick_neutral(self, thing, past):
        """Return the words for the slots that hold no opinion."""
        noun = self.pick(split_list(thing.nouns))
        do, did, doing = split_list(thing.do)
        values = {"noun": noun, "nouns": make_plural(noun), "is": be(False, past)}
        values |= {"do": do, "did": did, "doing": doing, "known": thing.known}
        values |= {slot: self.pick(split_list(text)) for slot, text in NEUTRAL.items()}
        values |= {"ad": self.pick(split_list(thing.ad))}
        return values | {"unit": self.pick(split_list(thing.units))}


def fill(draw, label):
    """Return a pattern's text with the opinions spelled out for a label; other slots stay."""

    def spell(slot):
        letter, sign, digit, form = slot.groups(default="")
        if letter not in LETTERS:
            return slot[0]
        if not sign:  # the aspect itself, of which both opinions can be said
            point = draw.opinions[letter, digit][0]
            words = {"asp": f"the {point.noun}", "is": be(point.plural, draw.past)}
            return words.get(form, "they" if point.plural else "it")
        opinion = draw.opinions[letter, digit][(sign == "+") != label]
        if letter == "P":
            return spell_point(opinion, form, draw.past)
        if letter == "T":
            return opinion.said
        if letter == "L":
            return inflect_verb(opinion, form)
        return add_article(opinion) if form == "a" else opinion

    return SLOT.sub(spell, draw.pattern.text)


def contract(text):
    """Return the text with every contraction that it allows."""
    for full, short in CONTRACTIONS.items():
        text = text.replace(full, short)
    return text


# ---- from sentences to splits ------------------------------------------------------------------


def find_split(draw):
    """Return the split to which both sentences of a draw belong, or None where they disagree.

    Two opinions that meet are assigned to a split by a checksum of their names; an opinion that
    stands alone by that of its name and the pattern's.
    """
    keys = set()
    for words in (draw.find_words(0), draw.find_words(1)):
        if len(words) > 1:
            keys |= set(itertools.combinations(sorted(words), 2))
        elif not draw.pattern.test_only:
            keys.add((draw.pattern.id, *words))
    percents = [zlib.crc32(" & ".join(key).encode()) % 100 for key in keys]
    splits = {"train" if n < 70 else "validation" if n < 80 else "test" for n in percents}
    if draw.pattern.test_only:
        splits.add("test")
    return splits.pop() if len(splits) == 1 else None


def make_rows(seed=5, tries=2000):
    """Return the rows made from the patterns, as tuples in the order of `COLUMNS`.

    The patterns of a phenomenon take turns, so that each gets as many rows as the others, except
    that one with few words has said all it can (after so many tries) before the rest.
    """
    writer, seen, rows = Writer(seed), set(), []
    by_phenomenon = {}
    for pattern in read_patterns():
        by_phenomenon.setdefault(pattern.phenomenon, []).append(pattern)
    for split, wanted in ROWS_PER_PHENOMENON.items():
        for phenomenon, patterns in by_phenomenon.items():
            turns = [each for each in patterns if split == "test" or not each.test_only]
            missing = wanted
            while missing:
                pattern = turns.pop(0)
                for draw in filter(None, (writer.draw(pattern) for _ in range(tries))):
                    texts = writer.write(draw) if find_split(draw) == split else []
                    if texts and not seen & set(texts):
                        turns.append(pattern)
                        seen.update(texts)
                        for label, text in enumerate(texts):
                            rows.append((split, text, label, phenomenon, draw.thing, pattern.id))
                        missing -= 2
                        break
    return rows


def read_by_hand():
    """Return the rows of reviews_by_hand.csv, as tuples in the order of `COLUMNS`."""
    with open(FOLDER / "reviews_by_hand.csv", encoding="utf-8", newline="") as file:
        return [
            ("by_hand", row["text"], int(row["label"]), row["phenomenon"], row["thing"], "")
            for row in csv.DictReader(file)
        ]


def make_bytes():
    """Return the content of reviews.csv."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(make_rows() + read_by_hand())
    return file.getvalue().encode("utf-8")


if __name__ == "__main__":
    content = make_bytes()
    (FOLDER / "reviews.csv").write_bytes(content)
    print(hashlib.sha256(content).hexdigest())
