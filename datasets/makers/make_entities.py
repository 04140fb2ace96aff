"""Make entities.csv: English sentences whose names are marked, word by word, with BIO tags.

Run `python datasets/make_entities.py` from the root of the repository. The same version of
babel (CLDR) gives the same bytes. Every sentence comes from a pattern written by hand below:

    {CITY} {LANG} ...   a name, tagged; {CITY1} {COUNTRY1} {LANG1} belong to one country
    [a|b]               one of several wordings
    * at the start      the pattern is kept for the split test_patterns

Ambiguous names ("Jordan") come in pairs of sentences, one for each reading. Where the clue
stands right, both sentences of a pair open with the same words, so a reader who has not yet
seen what follows the name can only guess. Where it stands left, they end with the same words.
"""

import csv
import hashlib
import io
import random
import re
from datetime import date, timedelta
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.languages import get_official_languages
from babel.numbers import get_currency_name, get_territory_currencies

FILE = Path(__file__).with_name("entities.csv")
ENGLISH = Locale("en")
SPLITS = {"train": 7000, "validation": 1000, "test": 2000, "test_patterns": 1500}
# Share of the sentences of a split that hold an ambiguous name, by where its clue stands.
SHARES = {"right": 0.14, "left": 0.12, "both": 0.08}

# ------------------------------------------------------------------------------------------
# Names. A country is held out with all that is its own: cities, currency, language.

COUNTRIES = {
    "train": """AE AF AO AR AT AU AZ BA BB BE BF BI BJ BR BW BY BZ CA CH CI CL CM CN CO CR CY DE
        DK DO DZ EE ER ES FJ FR GA GB GE GL GM GN GR GY HN HR HT ID IN IR IT JM JO JP KE KG KR KW
        KZ LB LR LS LU LY MC MD ME MK ML MR MU MV MX MZ NA NG NL NO NZ PA PG PL PR PT QA RS RU
        SA SC SD SE SG SL SR SV SY TD TJ TM TO TR TT US VE VU WS YE ZA""",
    "validation": "BO FI GT LA MT MW NI NP OM PH PK RO SI SK TG TN ZM",
    "test": """AL AM BD BG BH BT CU CZ EC EG ET GH HU IE IQ IS KH LK LT LV MA MG MN MY NE PE PY RW
        SN TH TZ UA UG UY UZ VN""",
}
WITH_ARTICLE = {"AE", "DO", "GB", "GM", "MV", "NL", "PH", "SC", "US"}
# Names of time zones that are no cities, or hardly anybody's.
NOT_CITIES = {
    name.strip()
    for name in """Adak, Anadyr, Atikokan, Azores, Bahia, Beulah, Blanc-Sablon, Bougainville,
        Broken Hill, Busingen, Canary, Catamarca, Ceuta, Chatham, Creston, Danmarkshavn,
        Easter Island, Efate, Eirunepe, Eucla, Fernando de Noronha, Fort Nelson, Galapagos,
        Ho Chi Minh, Ittoqqortoormiit, Kamchatka, Khandyga, Lindeman, Lord Howe Island,
        Macquarie Island, Madeira, Mahe, Menominee, Metlakatla, Oral, Resolute, Sakhalin,
        Simferopol, Srednekolymsk, Swift Current, Thule, Tongatapu, Ust-Nera""".split(",")
}

# Languages by CLDR code. One that is official somewhere goes where its countries go.
LANGUAGES = {
    "train": """af ar as az ba be bo br bs ca ceb co csb cy en eo et eu fa fj fo fy ga gl gu ha haw
        he hi hr ht id ig iu jv ka kk kl kn ko ku ky lb mi mk ml mr oc or pa ps rm sco se sm
        sn so sr st sw ta te tg ti tk to tpi tt ug vec wa xh yo zh""",
    "validation": "fil lo ne sd sk sl sd ur zu",
    "test": "ay bg bn dz gd gn hmn hy am km lt lv mg mn ms qu rw si sq su uk uz wo yi",
}

FIRST_NAMES = {
    "train": """Abel Ada Aiko Aisha Alba Alfred Alina Amara Amir Anders Anita Anton Arjun Astrid
        Aziz Beatriz Bela Benedict Birgit Bjorn Bruno Camille Carla Cecil Chidi Clara Conrad
        Cosima Cyril Dagmar Daisuke Damian Daria Deepa Diego Dimitri Dolores Edgar Edith Eero
        Elena Elif Emeka Emil Enzo Erik Esther Eun-ji Fatima Felix Fergus Fiona Frieda Gabriel
        Gerda Gianni Gita Goran Greta Gustav Hana Hannah Harald Haruto Hector Helga Henrik
        Hiroshi Hugo Ibrahim Igor Imani Inge Ingrid Irina Isaac Ivo Jacob Jamila Jan Jasmin
        Jelena Joachim Jonas Josefina Juan Judith Julian Kaito Kamal Karim Karin Katya Keiko
        Khalid Kofi Lars Laszlo Laura Leila Leon Lidia Linh Lorenzo Lucia Ludwig Magda Malik
        Manuel Marek Marta Mathilde Mei Mikael Milos Miriam Moses Nadia Naomi Natalia Nikolai
        Nils Nina Noor Oleg Olga Oscar Otto Pablo Paula Pavel Pedro Petra Pia Priya Rafael Rahul
        Raisa Ravi Rebecca Renata Ricardo Rita Rosalind Rashid Salma Samuel Sandra Sanjay Sara
        Selma Sergei Simon Sofie Stefan Sunita Svetlana Tariq Tatiana Tereza Theo Thomas Tomas
        Ulrich Ursula Valentin Vera Victor Wanda Wei Yara Yusuf Zeynep Zoltan""",
    "validation": """Agnes Baltasar Chiara Dorian Elke Farid Gudrun Hilda Ismail Jorge Kirsten Lotte
        Mehmet Nuria Olaf Pilar Rupert Soren Tamar Yuki""",
    "test": """Adrian Akira Amelie Andrei Beata Boris Catarina Chloe Dalia Dominik Eduardo Eszter
        Fadi Gareth Gwen Hassan Ilse Ines Jarek Joanna Kwame Klara Leopold Lucas Maja Marius Meera
        Mohan Nadine Niamh Oluwaseun Orla Philippa Piotr Ramona Roland Sabine Sakura Silvio Tadeusz
        Thandi Umar Vesna Viktoria Walter Xavier Yasmin Zainab Zofia""",
}
LAST_NAMES = {
    "train": """Aalto Abara Acheson Adeyemi Albrecht Almeida Andersson Antonov Aoki Arslan Asante
        Baptiste Barros Bauer Becker Bergstrom Bianchi Borg Bouchard Brankovic Brodsky Calder Campos
        Cardoso Carvalho Castillo Chaudhry Chevalier Cooper Costa Dahl Danjuma Delgado Demir Diallo
        Dimitrov Duarte Dubois Eklund Engel Eriksen Esposito Farouk Ferrari Fischer Fonseca Forsberg
        Fujita Garcia Gashi Gomez Gonzalez Grabowski Gruber Gunnarsson Gupta Haddad Hagen Hansen
        Hashimoto Hoffmann Horvat Ibsen Ito Ivanova Jankowski Jensen Johansson Joshi Kamara Kaplan
        Karlsen Kato Keller Khan Kim Kimura Klein Kovac Kowalczyk Kruger Kuznetsov Larsen Laurent
        Leclerc Lefebvre Lehtonen Lemaire Lindqvist Lombardi Lopez Lundgren Machado Maier Malhotra
        Marchetti Markovic Martinez Matsuda Mbeki Mendes Meyer Mitchell Molina Moreau Moretti
        Morozov Mukherjee Mwangi Nair Nakamura Navarro Ndiaye Neumann Nguyen Nielsen Nkosi Novak
        Obi Okafor Okonkwo Oliveira Ortega Osei Ozturk Pappas Parker Patel Pavlov Pereira Petrova
        Pham Popescu Prasad Quispe Rahman Ramirez Rao Reyes Richter Rinaldi Rodriguez Romano Rossi
        Ryan Saarinen Saito Salazar Santos Sato Schmidt Schneider Sharma Shimizu Silva Singh Sokolov
        Sorensen Soto Stoica Strand Suzuki Svensson Takahashi Tanaka Tremblay Turner Usman Vargas
        Vasquez Virtanen Vogel Volkov Wagner Walsh Watanabe Weber Winkler Wojcik Yamada Yilmaz Young
        Zhang Ziegler Zimmermann""",
    "validation": """Abbott Bakshi Cisneros Drakos Egede Fabre Gallagher Hosseini Isaksen Juarez
        Kurosawa Lachance Mehta Norberg Oduya Pinto Rasmussen Sandoval Thorsen Ulrichsen""",
    "test": """Achterberg Amadi Baranov Batista Berisha Castellano Chowdhury Cruz Dekker Dlamini
        Ekberg Fernando Fitzgerald Fontaine Gagnon Giordano Halonen Hernandez Hoxha Iwata Jimenez
        Kariuki Kazantzis Kessler Lindholm Luong Magnusson Mazur Mensah Mishra Nagy Nowicki Oyelaran
        Papadakis Quintero Radic Rousseau Sandberg Schuster Sobczak Szabo Thapa Tsiolkas Ueda
        Villanueva Vlasov Wierzba Yeo Zielinski""",
}

# Organisations are compounds of these, one syllable from each list: "Brightmere", "Tarnholt".
STEM_STARTS = """Aldor Bex Bright Brom Cald Corv Dun Eldor Fal Fenn Gorse Hazel Hol Ivel Kest Lang
    Lorn Mar Morn Nor Oster Quill Raven Sal Scar Tarn Thorn Ul Vel Wend Yar Zeal""".split()
STEM_ENDS = "brook by combe crest dale fell ford gate holt mere moor ridge stead vale wick".split()
ORGANISATIONS = {
    "BANK": ["X Bank", "X Savings Bank", "the Bank of X", "X Credit Union"],
    "SCHOOL": ["the University of X", "X University", "X College", "X Academy"],
    "CLUB": ["X Rovers", "X United", "X Athletic", "X Wanderers"],
    "AIRLINE": ["X Airways", "X Air", "X Airlines"],
    "PRESS": ["the X Gazette", "the X Herald", "the X Courier", "Radio X"],
    "FIRM": [
        "X Motors",
        "X Foods",
        "X Shipping",
        "X Textiles",
        "X & Sons",
        "X Brothers",
        "X Steel",
    ],
    "CHARITY": ["the X Foundation", "the X Trust", "the X Relief Fund"],
    "MUSEUM": ["the X Museum", "the X Gallery"],
    "HOSPITAL": ["X Hospital", "X Infirmary"],
}

# Names with two readings: the kind of pair says which. All splits use those of train;
# validation and test draw every second mention from their own, where there are any.
AMBIGUOUS = {
    "COUNTRY|PER": {"train": "Chad Georgia Jordan Kenya"},
    "LOC|PER": {
        "train": """Aspen Austin Bradford Brooklyn Carolina Chad Charlotte Chelsea Chester Clifton
            Dakota Dallas Denver Devon Florence Geneva Georgia Hamilton Jackson Jordan Kenya
            Lancaster Lincoln Lorraine Lourdes Madison Memphis Milan Nelson Orlando Paris Preston
            Regina Santiago Siena Stanley Sydney Troy Victoria Virginia Washington Wellington""",
        "validation": "Camden Raleigh Sofia Valencia",
        "test": """Adelaide Alexandria Cheyenne Houston India Kingston Montana Nancy Savannah Verona
            Vienna""",
    },
    "LANG|O": {
        "train": """Chinese Croatian Danish Dutch Estonian French German Greek Indonesian Italian
            Japanese Korean Norwegian Persian Polish Portuguese Russian Serbian Spanish Swedish
            Turkish""",
        "validation": "Finnish Romanian",
        "test": "Czech Hungarian Icelandic Irish Thai Vietnamese",
    },
    "ORG|PER": {
        "train": """Ambler Bentham Blackwood Calloway Castellan Crowther Dunmore Everard Fenwick
            Ferrars Garrick Harker Kemble Lockwood Marlow Mercedes Oakley Osgood Pickering Redfern
            Tilden Trevelyan Whitlock Wyndham""",
        "validation": "Holroyd Tamblyn",
        "test": "Averill Kessling Pemberton Sorley",
    },
    "LOC|ORG": {
        "train": "Alaska Arizona Bohemia Lombardy Patagonia",
        "test": "Andalusia Brittany",
    },
    "DATE|PER": {"train": "April August June May"},
}

# ------------------------------------------------------------------------------------------
# Patterns without an ambiguous name.

FILLERS = {
    "few": "two three four five six seven eight",
    "hours": "7.15 8.30 9.40 11.05 14.20 16.50 18.10 21.35",
    "amount": "40 75 120 300 450 900 1,200 2,500 4,000 8,500 15,000",
    "rate": "0.8 1.4 2.1 2.6 3.5 4.2",
    "price": "0.74 1.08 1.31 5.60 7.42 11.9 24.5",
}

ORDINARY = """
The trade minister of {COUNTRY} arrived in {CITY} on {DAY} for talks on [wheat|fishing|energy] .
A delegation from {COUNTRY} will visit {CITY} in {MONTH} .
Police in {CITY} are looking for the owner of a stolen [violin|lorry|bicycle|painting] .
The mayor of {CITY} , {PER} , has promised [new buses|cheaper housing|a second bridge] .
[Heavy rain|A strike|A power cut] closed the airport at {CITY} for most of {DAY} .
Voters in {COUNTRY} go to the polls on {DATE} .
The minister of [transport|health|education] , {PER} , resigned on {DAY} .
Engineers from {FIRM} are repairing the [dam|bridge|tunnel] near {CITY} .
Exports from {COUNTRY} to {COUNTRY} [rose|fell] by {rate} per cent in {PASTYEAR} .
The parliament of {COUNTRY} voted on {DAY} to [ban plastic bags|lower the voting age] .
Scientists at {SCHOOL} have described a [frog|beetle|fern] unknown before {PASTYEAR} .
The editor of {PRESS} , {PER} , will retire in {NEXTYEAR} .
Thousands of people marched through {CITY} on {DAY} to ask for [cleaner air|higher wages] .
A court in {CITY1} has ordered {FIRM} to pay {few} thousand {CUR1} to its workers .
The ambassador of {COUNTRY} in {CITY} , {PER} , was called home on {DAY} .
The factory of {FIRM} near {CITY} will close on {NEXT} .
According to {PRESS} , the new bridge in {CITY1} will cost {few} million {CUR1} .
It was reported in {CITY} on {DAY} that {PER} had been released .
The writer {PER} , who grew up in {CITY} , has won the prize for [fiction|translation] .
* The foreign minister of {COUNTRY} left {CITY} without a word on {DATE} .
* Farmers in {COUNTRY} expect a poor harvest after a dry {MONTH} .
* A spokesman for {FIRM} said on {DAY} that no jobs would be lost .
* Rescue teams from {COUNTRY} and {COUNTRY} reached {CITY} on {DAY} .
* The reporter {PER} has written for {PRESS} since {PASTYEAR} .
The [morning|night] flight from {CITY} to {CITY} was delayed by [fog|snow|a strike] .
Passengers travelling with {AIRLINE} to {CITY} should go to gate {few} .
The express to {CITY} leaves at {hours} on {DAY} .
We spent our honeymoon in {PLACE} and our savings in {PLACE} .
Fly from {CITY} at {hours} and change planes in {CITY} .
A visa for {COUNTRY} costs {amount} {CUR} and takes {few} days .
The guide , {PER} , showed us the old quarter of {CITY} .
Our hotel in {CITY} was full of [students|dentists|cyclists] from {COUNTRY} .
Most visitors to {COUNTRY} arrive between {MONTH} and {MONTH} .
The border between {COUNTRY} and {COUNTRY} is closed to [lorries|cars] until {NEXT} .
I left {CITY} on {DATE} with one suitcase and {amount} {CUR} .
{AIRLINE} will fly from {CITY} to {CITY} twice a week from {NEXT} .
The flight to {CITY} stops for {few} hours in {CITY} .
They cycled from {CITY} to {CITY} in {few} weeks .
A taxi from the airport to the centre of {CITY1} costs about {amount} {CUR1} .
In {CITY1} the signs are printed in {LANG1} and {LANG} .
The best [soup|coffee|bread] in {COUNTRY1} is found in {CITY1} , says our guide .
We reached {CITY1} , {COUNTRY1} , shortly before midnight on {DAY} .
* The sleeping car to {CITY} is booked until {DATE} .
* Storks fly from {CITY} to {CITY} every {MONTH} .
* The pilot promised to reach {CITY} before dawn on {DAY} .
* My grandmother kept a postcard from {PLACE} in her prayer book .
* Travellers to {COUNTRY1} must carry at least {amount} {CUR1} in cash .
* The parcel from {CITY} was held up for a week in {CITY} .
{BANK} has raised its interest rate to {rate} per cent .
The exchange rate on {DAY} was {price} {CUR} to the {COIN} .
Please transfer {amount} {CODE} to the account of {PER} by {DATE} .
A loan of {few} thousand {CUR} was granted to {FIRM} on {PAST} .
He changed {amount} {CUR} into {CUR} at the station .
The [rent|bill|fee] is {amount} {CUR} a month , payable to {BANK} .
The {COIN} fell against the {COIN} on {DAY} .
The {COIN1} rose by {rate} per cent after the central bank of {COUNTRY1} stepped in .
Her first salary was {amount} {CUR} a week .
Customers of {BANK} could not withdraw money on {DAY} .
The price of a loaf in {CITY1} has risen to {price} {CUR1} .
Open an account with {BANK} before {DATE} and receive {amount} {CUR} .
The invoice from {FIRM} , dated {PAST} , comes to {amount} {CODE} .
She keeps her savings in {CUR} and her debts in {CUR} .
The fund bought shares in {FIRM} for {few} million {CUR} .
Pay {amount} {CUR} in advance and the rest on {DATE} .
The coins in the box were worth about {amount} {CUR} .
A cheque for {amount} {CUR} was sent to {PER} on {PAST} .
The accountant {PER} found {amount} {CUR} too many in the till .
* The debt must be repaid in {CUR} , not in {CUR} .
* Tickets cost {amount} {CUR} at the door of {MUSEUM} .
* The treasurer , {PER} , counted {amount} {CUR} in the cash box .
* Investors sold the {COIN} and bought the {COIN} on {DAY} .
* The fine of {amount} {CODE} was paid by {FIRM} in {PASTYEAR} .
Dear {FIRST} , thank you for the [parcel|photographs|recipe] from {PLACE} .
Dear Mr {LAST} , your letter of {PAST} has been passed to {BANK} .
Dear Mrs {LAST} , we are pleased to offer you a place at {SCHOOL} .
With kind regards , {PER} , {FIRM} .
Give my love to {FIRST} and {FIRST} , and write to me in {CITY} .
I am writing to you from {CITY} , where it has rained since {DAY} .
Your cousin {FIRST} is learning {LANG} and forgetting {LANG} .
Please forward my letters to {CITY} until {DATE} .
Do you remember {FIRST} , who lived next door to us in {CITY} ?
I have not heard from {FIRST} since the wedding in {PASTYEAR} .
Tell {FIRST} that the books for {SCHOOL} have arrived .
We hope to see you and {FIRST} in {CITY} on {DATE} .
Congratulations to {PER} and {PER} , who were married on {PAST} .
* My dear {FIRST} , the garden in {CITY} is full of weeds .
* Yours sincerely , Dr {LAST} , {HOSPITAL} .
* Your old friend {FIRST} writes that there is work at {HOSPITAL} .
* Kiss {FIRST} for me and keep the letters from {PLACE} .
The library will be closed from {FROM} to {UNTIL} .
The exhibition at {MUSEUM} ends on {NEXT} .
Lost on {DAY} : a grey cat that answers to the name of {FIRST} .
Please return the key to {PER} at the front desk .
The next meeting of {CHARITY} will be held on {DATE} at {hours} .
Room {few} is reserved for Professor {LAST} on {DAY} .
Applications must reach {SCHOOL} no later than {NEXT} .
This notice is also available in {LANG} , {LANG} and {LANG} .
Please do not feed the [ducks|goats|swans] . Signed , {PER} , park keeper .
The lift will be repaired by {FIRM} on {DATE} .
Volunteers who speak {LANG} should report to {PER} .
The water will be turned off on {DAY} between {hours} and noon .
All staff of {HOSPITAL} are invited to the [concert|picnic] on {DATE} .
The flat on the third floor is to let from {NEXT} ; ask for {PER} .
* Bicycles left here after {DATE} will be given to {CHARITY} .
* The night bus to {CITY} will not run on {DAY} .
* Interpreters for {LANG} and {LANG} are on duty until {hours} .
* The office of Mrs {LAST} has moved to the second floor .
{SCHOOL} teaches {LANG} , {LANG} and music .
The headmaster , Mr {LAST} , has banned [chewing gum|mobile phones] .
The exam in {LANG} takes place on {DATE} .
Pupils from {CITY} are spending a month at {SCHOOL} .
Our teacher , Miss {LAST} , comes from {PLACE} .
The class wrote to children in {COUNTRY1} and received answers in {LANG1} .
Homework for {DAY} : learn the rivers of {COUNTRY} by heart .
Professor {LAST} of {SCHOOL} gave a lecture on the history of {COUNTRY} .
{FIRST} and {FIRST} share a desk , a ruler and a secret .
Write a page about {PLACE} and hand it in on {DAY} .
The school trip to {CITY} costs {amount} {CUR} .
In {PASTYEAR} only {few} pupils chose {LANG} .
The poem was first printed in {LANG} and then translated into {LANG} .
The prize for mathematics went to {PER} from {CITY} .
The dictionary of {LANG} was edited by {PER} .
* The prayer is spoken in {LANG} , then in {LANG} and last in {LANG} .
* The new teacher of {LANG} , Mr {LAST} , starts on {DAY} .
* The spelling of {LANG} was reformed in {PASTYEAR} .
* Students at {SCHOOL} may study in {COUNTRY} for one year .
{CLUB} beat {CLUB} by {few} goals on {DAY} .
The goalkeeper {PER} has signed for {CLUB} .
The match between {CLUB} and {CLUB} was stopped because of [fog|rain] .
The captain of {CLUB} , {PER} , broke a toe on {DAY} .
Runners from {COUNTRY} took the first {few} places in {CITY} .
The swimmer {PER} of {COUNTRY} set a record in {CITY} .
Supporters of {CLUB} travelled to {CITY} by [coach|train] .
The rally from {CITY} to {CITY} starts on {DATE} .
The final will be played in {CITY} in {MONTH} .
The coach of {CLUB} is learning {LANG} .
The transfer of {PER} to {CLUB} cost {few} million {CUR} .
The referee , {PER} , sent off {few} players of {CLUB} .
The skier {PER} fell twice but finished [third|fourth] in {CITY} .
Tickets for {CLUB} go on sale on {DATE} .
{PER} beat {PER} in the final of the chess tournament .
* The striker {PER} left {CLUB} in {PASTYEAR} .
* Fans of {CLUB} waited all night outside the stadium in {CITY} .
* The team from {COUNTRY} lost to {COUNTRY} on {DAY} .
* The cyclist {PER} won the stage that ended in {CITY} .
The weather in {CITY} will stay [cold|mild|windy] until {DAY} .
Hail fell in {CITY} on {DATE} for the first time since {PASTYEAR} .
Storms are expected over {COUNTRY} and {COUNTRY} on {DAY} .
The river near {CITY} burst its banks in {PASTMONTH} .
A heatwave in {COUNTRY} has lasted since {DATE} .
On {DAY} it will be dry in {CITY} and wet in {CITY} .
The flood of {PASTYEAR} destroyed half of {CITY} .
The coldest night in {COUNTRY} was {PAST} .
* Fog is forecast for {CITY} on {DAY} morning .
* The hottest summer in {COUNTRY} since {PASTYEAR} ended with a storm .
The painting was given to {MUSEUM} by {PER} in {PASTYEAR} .
The play , first staged in {CITY} in {PASTYEAR} , returns in {MONTH} .
Translated from {LANG} by {PER} .
The singer {PER} gave a concert in {CITY} on {PAST} .
{MUSEUM} has bought {few} drawings for {few} thousand {CUR} .
The film is in {LANG} with subtitles in {LANG} .
A statue of {PER} stands in front of {MUSEUM} .
The novel is set in {PLACE} in the winter of {PASTYEAR} .
The violinist {PER} studied in {CITY} and in {CITY} .
The manuscript , written in {LANG} , was found in {CITY} .
* The orchestra of {CITY} will play under {PER} on {DATE} .
* The oldest book in {MUSEUM} is written in {LANG} .
* The sculptor {PER} moved to {CITY} in {PASTMONTH} .
Dr {LAST} of {HOSPITAL} advises patients to sleep with the window open .
The nurse {PER} has worked at {HOSPITAL} since {PASTYEAR} .
{CHARITY} has sent blankets to {COUNTRY} .
In {COUNTRY1} most people speak {LANG1} at home .
The census of {PASTYEAR} counted [more goats|fewer farmers] than the one before .
She was born in {CITY} on {PAST} .
He speaks {LANG} with his mother and {LANG} with his father .
The currency of {COUNTRY1} is the {COIN1} .
The parcel was posted in {CITY} on {PAST} and arrived on {DATE} .
The [coffee|rice|cotton] comes from {COUNTRY} and the sacks from {COUNTRY} .
The oldest [baker|cobbler|barber] in {CITY} is called {PER} .
At {hours} on {DAY} the lights went out all over {CITY} .
The balloon left {CITY} on {PAST} and landed in a field of beans .
The recipe comes from {PLACE} and needs {few} lemons .
My neighbour , {PER} , used to drive a tram in {CITY} .
{CHARITY} was founded by {PER} in {PASTYEAR} .
The contract between {FIRM} and {SCHOOL} was signed on {PAST} .
The bakery was opened by {PER} , a cook from {PLACE} , in {PASTYEAR} .
Judge {LAST} will hear the case against {FIRM} on {DATE} .
The telephone in the hall rang for {PER} at {hours} .
Nobody in {CITY} could remember such a [dry|wet] {MONTH} .
The government of {COUNTRY} has bought {few} new trains .
A new bridge between {COUNTRY} and {COUNTRY} was opened on {PAST} .
Students from {SCHOOL} painted the hospital in {CITY} .
A statement by {FIRM} was read out on {DAY} .
The economist {PER} expects prices in {COUNTRY} to rise until {NEXTYEAR} .
The dancer {PER} was seen in {CITY} on {DAY} , buying [shoes|oranges] .
The painter {PER} lived in {CITY} , then in {CITY} and at last in {PLACE} .
The strike at {AIRLINE} lasted from {FROM} to {UNTIL} .
It snowed in {PLACE} , which nobody had seen since {PASTYEAR} .
Our friend {FIRST} sends me a postcard from {PLACE} every {MONTH} .
My friend {PER} found a flat in {CITY} for {amount} {CUR} .
Her lodger {FIRST} works for {BANK} in {CITY} .
Their youngest , {FIRST} , studies medicine at {SCHOOL} .
Grandfather left {PLACE} in {PASTYEAR} with {amount} {CUR} in his shoe .
Ask {FIRST} whether the parcel from {CITY} has come .
Please tell Mr {LAST} that his [taxi|coffee] is waiting .
We called Dr {LAST} , who came at {hours} .
Miss {LAST} of {BANK} will explain the form to you .
Captain {LAST} steered the ship to {CITY} without a map .
Professor {LAST} can read {LANG} but cannot speak it .
Mr {LAST} and Mrs {LAST} met on the train to {CITY} .
Thank you , {FIRST} , for the [flowers|advice|cake] .
Wait for {FIRST} and {FIRST} at the gate .
The manager of {FIRM} , Mr {LAST} , flew to {CITY} on {DAY} .
The inspector questioned {PER} and Mrs {LAST} on {DATE} .
The prize of {amount} {CUR} was shared by {PER} and {PER} .
I would rather learn {LANG} than {LANG} .
Few children in {CITY} still speak {LANG} .
The sign on the door was in {LANG} , so we went in by mistake .
There is no word for it in {LANG} .
The letters of {LANG} fill a whole wall of the classroom .
Do you speak {LANG} or {LANG} ?
The menu was written in {LANG} and in very bad {LANG} .
The interpreter turned the speech into {LANG} .
A room with a view costs {amount} {CUR} a night .
The mechanic wanted {amount} {CUR} for the [brakes|clutch] .
I paid {amount} {CUR} for the [tent|ladder|lamp] and sold it for {amount} {CUR} .
Nobody would take {CUR} , so we paid in {CUR} .
The {COIN} is weak , and holidays in {COUNTRY} are cheap .
One {COIN} was worth {price} {CUR} on {PAST} .
{FIRM} owes {BANK} more than {few} million {CUR} .
{CHARITY} collected {amount} {CUR} for the victims of the flood in {COUNTRY} .
The accounts of {CLUB} are kept in {CUR} .
The company {FIRM} was founded in {CITY} in {PASTYEAR} .
The first issue of {PRESS} was printed on {PAST} .
Members of {CHARITY} planted trees near {CITY} on {DATE} .
The doctors of {HOSPITAL} have been on strike since {DATE} .
The pilots of {AIRLINE} met in {CITY} on {DAY} .
My account at {BANK} was closed on {PAST} .
She left {FIRM} for {FIRM} in {PASTYEAR} .
He played for {CLUB} until {PASTYEAR} and then for {CLUB} .
She drives a lorry for {FIRM} and coaches {CLUB} on {DAY} .
The nearest hospital , {HOSPITAL} , is in {CITY} .
{PER} , a [baker|dentist|farmer] from {CITY} , won the lottery on {DAY} .
{PER} has been director of {MUSEUM} since {PASTYEAR} .
The shop opens on {DATE} and closes for good on {NEXT} .
Bring the book back by {DAY} or pay {amount} {CUR} .
The clocks go back on {DATE} .
In {MONTH} the swallows leave {PLACE} .
Until {PASTYEAR} there was no road to {CITY} .
Since {DATE} the bakery has sold nothing but rolls .
The concert was moved from {DAY} to {DAY} .
The lease runs from {FROM} to {UNTIL} and costs {amount} {CUR} a month .
* The wool comes from {PLACE} and is spun in {CITY} .
* The lawyer {PER} speaks {LANG} , which surprised the court .
* The village was sold to {FIRM} on {PAST} .
* In {CITY1} a kilo of rice costs {amount} {CUR1} .
* The patient was moved from {HOSPITAL} to {HOSPITAL} on {DAY} .
"""

# ------------------------------------------------------------------------------------------
# Patterns around an ambiguous name, {X}. In a family the two readings share one side.

LEADS = """
According to the [paper|radio] ,
We [read|heard] that
Everybody knows that
My [brother|neighbour|teacher] says that
I was surprised to hear that
The letter says that
Believe it or not ,
Somebody told me that
It is no secret that
As far as I know ,
"""

TAILS = """
.
last [summer|winter|week] .
on {DAY} .
in {PASTYEAR} .
a year ago .
before the [holidays|elections] .
, but nobody knows why .
for the first time .
, and nobody was surprised .
, to my surprise .
, as far as I remember .
after all .
"""

MONTH_TAILS = """
.
, and nobody was surprised .
, and it rained all week .
, to my surprise .
, as far as I remember .
, or so I was told .
this year .
after all .
"""

MONEY_TAILS = """
.
in the end .
last [summer|week] .
on {DAY} .
, to my surprise .
, and nobody was surprised .
after all .
"""

SAID_TAILS = """
.
, as far as I could tell .
, like most of the crew .
, to my surprise .
, or so we were told .
, I believe .
at the time .
, and nobody had expected that .
after all .
"""

PLACE_RIGHT = """
has two [airports|railway stations] but no tram .
has a [hot , dry|mild , wet] climate .
has banned cars from its oldest streets .
has lost a tenth of its population since {PASTYEAR} .
has repaired its [canals|walls] .
is famous for its [markets|bridges|gardens] .
is expecting [heavy rain|a cold winter] .
is on the cover of the new [atlas|guidebook] .
is full of tourists in {MONTH} .
attracts more visitors every [summer|year] .
lies on an old trade route .
was hit by a [storm|flood] on {DAY} .
was without electricity for {few} hours .
voted against the new [railway|airport] .
will host the [games|fair] next summer .
opened its first underground line in {PASTYEAR} .
grew faster than its neighbours .
is larger than most visitors expect .
needs better roads before the winter .
used to be cheaper for tourists .
looks best from the air .
plays an important part in the wool trade .
* has more museums than cinemas .
* has streets lined with orange trees .
* was rebuilt after the earthquake of {PASTYEAR} .
* lost its railway in {PASTYEAR} .
* is crowded with tourists during the festival .
* was ruled by a bishop for two centuries .
"""

PERSON_RIGHT = """
has two [sisters|brothers] but no cousins .
has a [bad cold|sore throat] .
has banned the cat from the kitchen table .
has lost a [glove|tooth] .
has forgotten the [keys|password] again .
is famous for terrible jokes .
is expecting [a parcel|a phone call] .
is on the phone with the dentist .
is full of ideas in the morning .
attracts every dog in the street .
lies in bed until noon at weekends .
was hit by a [snowball|tennis ball] on {DAY} .
was without a bicycle for {few} weeks .
voted for the youngest candidate .
will [bring the sandwiches|walk the dog] next time .
opened the window and [sneezed|waved] .
grew {few} centimetres over the summer .
is taller than most of the class .
needs new shoes before the winter .
used to be [shy|afraid of dogs] .
looks tired after the night shift .
plays the [cello|flute|trumpet] in the school orchestra .
scored twice in the second half .
* has more stamps than anybody else in the class .
* has hair as red as a fox .
* was [late for|absent from] school on {DAY} .
* lost a contact lens in the pool .
* is asleep on the sofa .
* sings in the bath and dances in the kitchen .
"""

FIRM_RIGHT = """
makes [kitchens|bicycles|boots] in {few} factories .
has raised the price of [paint|bread|glass] .
is hiring {few} hundred workers .
was founded by two brothers in {PASTYEAR} .
sold its [ferry|hotel] business on {DAY} .
is moving its head office to {CITY} .
will publish its [results|accounts] on {DATE} .
reported a small profit for {PASTYEAR} .
lost its biggest customer in {PASTMONTH} .
has {few} hundred employees and one canteen .
* runs shops in {few} countries .
* was bought by a rival in {PASTYEAR} .
* is behind with its deliveries .
"""

ELDER_RIGHT = """
makes [soup|bread|jam] for the whole street on {DAY} .
has raised {few} children alone .
is hiring a bicycle for the weekend .
was born in {CITY} , the last of {few} brothers .
sold the old [boat|piano] on {DAY} .
is moving to {CITY} to be near the grandchildren .
will publish a second novel in {MONTH} .
reported a lost [dog|wallet] to the police .
lost both gloves on the way to work .
has {few} grandchildren and one parrot .
* runs along the river before breakfast .
* was bitten by a dog in {PASTYEAR} .
* is behind the house , feeding the hens .
"""

PLACE_LEFT = """
We flew to
They moved to
My parents drove to
I took the night train to
She spent a month in
We got lost in
He opened a bakery in
The choir toured
They sent {few} lorries to
Our plane landed in
I rented a flat in
We changed trains in
The circus came to
She found a job in
The storm reached
They walked across
* They emigrated to
* The bus broke down near
* I bought a house outside
* The festival was held in
"""

PERSON_LEFT = """
We had lunch with
They quarrelled with
I read a story to
She borrowed a coat from
He apologised to
The doctor examined
We visited my cousin
The teacher praised
I danced with
She drew a portrait of
He sat next to
We sang a song for
I lent my umbrella to
She telephoned
We met my old friend
Everybody congratulated
* He played chess against
* I shared a room with
* She forgave
* We baked a cake for
"""

FIRM_LEFT = """
I bought shares in
The strike began at
The workers walked out of
He joined the board of
The lorries left the warehouse of
She became a director of
The directors dissolved
A rival merged with
* She was head of sales at
* She resigned as chairman of
"""

ELDER_LEFT = """
I shook hands with
She danced with
They visited old Mr
The nurse comforted
We had tea with
He had breakfast with
The dog bit
My aunt looked after
* I borrowed a ladder from poor Mrs
* They sang carols for
"""

PLACE_BOTH = """
The streets of {X} were empty at noon .
Flights to {X} are cheaper in the evening .
The road to {X} is closed until spring .
We travelled across {X} , from one end to the other , in {few} days .
The population of {X} has doubled since {PASTYEAR} .
They left for {X} by plane and came back by [boat|train] .
The weather in {X} was mild , with a light wind from the west .
A map of {X} , with all its roads , hung above the desk .
He was born in {X} , where winters are [long|short] .
The museums of {X} , and its libraries , stay open until ten .
I have lived in {X} , the dustiest place on earth , since {PASTYEAR} .
* Tourists in {X} pay a small tax for every night in a hotel .
* The houses of {X} were decorated with flags .
* He drew a plan of {X} , street by street .
"""

PERSON_BOTH = """
My friend {X} plays the [cello|drums] .
I asked {X} to close the window .
Our goalkeeper {X} hurt a knee on {DAY} .
We thanked {X} , who had cooked for everyone .
Dear {X} , thank you for your letter of {PAST} .
Happy birthday , {X} , and many happy returns !
The baby was named {X} after a grandparent .
Little {X} fell asleep in the car .
They gave {X} , who was shivering , a blanket .
My cousin {X} repairs clocks .
When {FIRST} and {X} got married , the whole street danced .
* They told {X} to wait outside .
* The twins , {FIRST} and {X} , are ten years old .
* I promised {X} a story before bed .
"""

LANGUAGE_RIGHT = """
is [easier|harder] than it looks .
is spoken by half of the crew .
is taught from the age of ten .
was the only language that the guide understood .
was my favourite subject at school .
is written on every label .
sounds like music to my ears .
became the language of the court .
can be learned on the train , ten words a day .
is harder to spell than to speak .
* has too many verbs for me .
* helped me more than any other subject .
* is compulsory until the last year .
"""

NATIONAL_RIGHT = """
[sailors|engineers] repaired the [pump|lighthouse] .
[apples|tomatoes] are [cheap|dear] this week .
[trains|buses] are rarely late .
[newspapers|magazines] reported the result .
films were popular that summer .
tourists filled the hotel .
cheese was served after the soup .
law allows it .
wool is warm and light .
painters often chose the sea as a subject .
* ships waited outside the harbour .
* companies bought most of the grain .
* farmers blocked the road with tractors .
"""

LANGUAGE_STEMS = """
[She reads|We read|I can read] {X}
My [aunt|uncle] teaches {X}
[He studies|I study|They study] {X}
[Most|Few] of them understand {X}
"""

LANGUAGE_OBJECT = """
in the evenings .
without any help .
as well as {LANG} .
and {LANG} .
, but not {LANG} .
* and two other languages .
"""

NATIONAL_OBJECT = """
poetry of all kinds .
folk songs and ballads .
history and law .
literature of the last century .
* legends about the sea .
"""

LANGUAGE_LEFT = """
The captain spoke
The letter was written in
He swore in
She translated the poem into
They sang the anthem in
He answered in
The notice was printed in
The play was performed in
* The contract was drawn up in
* She dreamed in
"""

NATIONAL_LEFT = """
The captain was
The cook turned out to be
Most of the passengers were
The owner of the shop was
Both grandfathers were
The furniture was
The wine was
The winning team was
* All the judges were
* The new doctor was
"""

LANGUAGE_BOTH = """
She speaks fluent {X} and passable {LANG} .
The evening course in {X} , for beginners only , starts on {DATE} .
A dictionary of {X} with 40,000 entries lay on the desk .
Translate the sentence into {X} without using the past tense .
He learned {X} from the radio , word by word .
How do you say " thank you " in {X} or in {LANG} ?
* The grammar of {X} fills {few} hundred pages .
* The book was translated from {X} by {PER} .
"""

NATIONAL_BOTH = """
She married a rich {X} farmer in {PASTYEAR} .
My {X} neighbours sold their car on {DAY} .
Some famous {X} climbers came to {CITY} .
We ate at the new {X} restaurant near the station .
Fresh {X} strawberries cost more in winter .
A retired {X} general bought the castle .
* Several {X} families moved to {CITY} .
* Cheap {X} umbrellas break in the wind .
"""

MONTH_RIGHT = """
brought [rain|snow] to the hills .
was the [wettest|driest] month since {PASTYEAR} .
is too early for [strawberries|swimming] .
is usually busy in the shops .
went by without a single storm .
is the best month for long walks .
* was cold enough for fires indoors .
* began with hail and ended with sunshine .
"""

MONTH_PERSON_RIGHT = """
brought [sandwiches|a cake] to the picnic .
was the [youngest|oldest] child in the class .
is too young for the race .
is usually busy with the twins .
went by bus because of the strike .
is the best swimmer in the school .
* was cold and asked for a blanket .
* began with the easy questions .
"""

MONTH_LEFT = """
We moved house in
The show closed at the end of
They came back early in
I started work in
The baby was born in
* The roof was mended in
"""

MONTH_PERSON_LEFT = """
We moved house with
They had supper with
I quarrelled with
She went riding with
I lent the ladder to
* They played cards with
"""

MONTH_BOTH = """
The fields are green in {X} and brown by autumn .
Applications close at the end of {X} , the usual month .
The pool is closed during {X} and part of the month after it .
* The rent for {X} is due on the first .
"""

MONTH_PERSON_BOTH = """
Our lodger {X} has two rabbits .
I asked {X} to hold the ladder .
Dear {X} , the roses are out and we miss you .
* Grandmother and {X} are making jam .
"""

FIRM_BOTH = """
Shares in {X} rose by {rate} per cent on {DAY} .
The head office of {X} was sold for {few} million {CUR} .
The workers at {X} , which makes glass , want higher wages .
Customers of {X} , a maker of boilers , must wait until {DATE} .
* The delivery vans of {X} , a chain of bakeries , are painted green .
"""

ELDER_BOTH = """
Old Mrs {X} waters her roses at dawn .
Our neighbour {X} keeps bees and hens .
Professor {X} retired after thirty years at {SCHOOL} .
Mr {X} , who mends umbrellas , lives upstairs .
* Poor Mr {X} slipped on the ice .
"""

NEIGHBOUR_RIGHT = """
borders {NEIGHBOUR} .
shares a border with {NEIGHBOUR} .
signed a treaty with {NEIGHBOUR} on {DAY} .
sold grain to {NEIGHBOUR} in {PASTYEAR} .
"""

NEIGHBOUR_PERSON_RIGHT = """
beat {PER} in the final .
shares a desk with {FIRST} .
signed a book for {FIRST} on {DAY} .
sold a bicycle to {PER} in {PASTYEAR} .
"""

NEIGHBOURS = {
    "Chad": "CM LY NE SD",
    "Georgia": "AM AZ TR",
    "Jordan": "IQ SA SY",
    "Kenya": "ET TZ UG",
}

# Names that are also ordinary words, and so ambiguous at the start of a sentence, where any
# word has a capital; and units of money that mean something else. The two readings share
# the words in the first list; each name has its own wordings.
SINGLES = {
    "Reading": (
        ["{X}"],
        "LOC",
        """
        has a busy [railway station|shopping street|market] .
        lies between two rivers .
        is twinned with a town in {COUNTRY} .
        voted for a new [town hall|swimming pool] .
        * lost its last brewery in {PASTYEAR} .
        """,
        "O",
        """
        has always been a [comfort|habit|pleasure] to me .
        lies at the heart of the [course|lesson] .
        is [easier|more pleasant] with [good light|a cup of tea] .
        aloud helps small children to [spell|listen] .
        * glasses were left on the bus on {DAY} .
        """,
    ),
    "Nice": (
        ["{X}"],
        "LOC",
        """
        has a long beach and a warm sea .
        was sunny and full of [tourists|sailors|students] .
        is {few} hours away by train .
        welcomes thousands of visitors in {MONTH} .
        * voted on {DAY} .
        """,
        "O",
        """
        weather is forecast for {DAY} .
        people live [next door|upstairs|across the road] .
        [shoes|gloves] , but they are too small .
        and warm , the kitchen smelled of [bread|apples] .
        * work , everybody !
        """,
    ),
    "Split": (
        ["{X}"],
        "LOC",
        """
        lies on the [coast|sea] .
        has a palace in the middle of the town .
        is a [pleasant|lively|busy] port .
        was crowded on {DAY} .
        * hosted the games in {PASTYEAR} .
        """,
        "O",
        """
        the [bill|cost|cake] between the {few} of us .
        logs burn better than whole ones .
        peas make a good [soup|stew] .
        hairs and broken nails were her only worries on {DAY} .
        * trousers are not allowed at {SCHOOL} .
        """,
    ),
    "Turkey": (
        ["{X}"],
        "LOC",
        """
        signed the [treaty|agreement] on {DAY} .
        has applied to host the [games|fair] .
        exports [hazelnuts|figs|apricots] .
        lies between two seas .
        * voted on {DATE} .
        """,
        "O",
        """
        sandwiches are sold at the [station|harbour] .
        was served with [chestnuts|cabbage|red wine] .
        takes {few} hours to roast .
        soup is on the menu on {DAY} .
        * feathers covered the yard .
        """,
    ),
    "China": (
        ["{X}"],
        "LOC",
        """
        launched another satellite on {DAY} .
        has opened a new [railway|port|bridge] .
        exports more [tea|silk] than in {PASTYEAR} .
        signed the agreement on {DATE} .
        * won {few} medals in {CITY} .
        """,
        "O",
        """
        [cups|plates|bowls] break easily .
        plates hung on the [kitchen|dining room] wall .
        dolls are kept in the glass cupboard .
        was wrapped in newspaper and packed in [boxes|crates] on {DAY} .
        * teapots should not go into the oven .
        """,
    ),
    "Bath": (
        ["{X}"],
        "LOC",
        """
        has a bridge with shops on it .
        is a town of [pale|golden] stone .
        attracts [visitors|students] from {COUNTRY} .
        was busy on {DAY} .
        * opened its first library in {PASTYEAR} .
        """,
        "O",
        """
        towels are changed [every {few} days|on {DAY}] .
        water must not be wasted .
        time is at seven , [children|my dear] .
        salts make a poor present .
        * taps in the old house dripped all night .
        """,
    ),
    "Cork": (
        ["{X}"],
        "LOC",
        """
        is built on two arms of a river .
        has a [busy|deep|fine] harbour .
        lies in the south of the country .
        elected a new mayor on {DAY} .
        * was lively on {DAY} .
        """,
        "O",
        """
        is [light|soft] and keeps out water .
        has been cut from the bark of this oak since {PASTYEAR} .
        floats on water .
        floors are warm under [bare feet|small feet] .
        * mats lay on every table .
        """,
    ),
    "Tours": (
        ["{X}"],
        "LOC",
        """
        is a quiet town on a river .
        has a good [university|hospital|market] .
        lies an hour from {CITY} by train .
        was flooded in {PASTYEAR} .
        * opened a second bridge in {PASTYEAR} .
        """,
        "O",
        """
        leave every hour from the [museum|castle] door .
        of the [castle|cellar|caves] cost {amount} {CUR} .
        start at {hours} on {DAY} .
        in {LANG} must be booked in advance .
        * by boat are cheaper in {MONTH} .
        """,
    ),
    "Hull": (
        ["{X}"],
        "LOC",
        """
        has a [large|busy] harbour .
        is a port on a wide river .
        elected a new council on {DAY} .
        welcomed the sailors from {COUNTRY} .
        * built its second theatre in {PASTYEAR} .
        """,
        "O",
        """
        damage kept the ship in port until {DAY} .
        and mast were painted [white|green|black] .
        plates were replaced by {FIRM} in {PASTYEAR} .
        repairs cost {amount} {CUR} .
        * planks of oak were brought from {COUNTRY} .
        """,
    ),
    "Polish": (
        ["{X}"],
        "LANG",
        """
        is my mother [tongue|language] .
        has seven cases .
        was taught by {PER} .
        is spoken in the [kitchen|workshop] .
        * sounds soft and quick .
        """,
        "O",
        """
        the [shoes|spoons|boots] before the guests arrive .
        the floor on {DAY} , please .
        your glasses and read it again .
        the [brass|silver] until it shines .
        * every button of the uniform .
        """,
    ),
    "March": (
        ["{X}"],
        "DATE",
        """
        was [cold and wet|warm and dry] .
        is the month of the school [play|concert] .
        came in with storms .
        brought the first [lambs|swallows] .
        * ended with a week of fog .
        """,
        "O",
        """
        to the [gate|bridge] and wait for orders .
        in step , [please|children] .
        past the palace on {DAY} .
        music woke the whole [street|village] .
        * straight ahead until you see the river .
        """,
    ),
    "May": (
        ["{X}"],
        "DATE",
        """
        is the best month for [asparagus|a wedding] .
        was unusually [dry|cold|windy] .
        brought the [swallows|bees] back .
        ended with a thunderstorm .
        * passed without a drop of rain .
        """,
        "O",
        """
        I borrow your [pencil|ladder|umbrella] ?
        we leave the table ?
        all your wishes come true .
        they live [long|happily] in {CITY} .
        * the best team win on {DAY} .
        """,
    ),
    "Mark": (
        ["{X}"],
        "PER",
        PERSON_RIGHT,
        "O",
        """
        the right answer with a [cross|circle] .
        your [luggage|boxes] clearly .
        {DAY} in your diary .
        my words : it will rain on {DAY} .
        * the page before you close the book .
        """,
    ),
    "Will": (
        ["{X}"],
        "PER",
        PERSON_RIGHT,
        "O",
        """
        it [rain|snow] on {DAY} ?
        the [train|ferry] to {CITY} be on time ?
        you help me with the [dishes|tent] ?
        anybody read this before {DATE} ?
        * the shops be open on {DAY} ?
        """,
    ),
    "Rose": (
        ["{X}"],
        "PER",
        PERSON_RIGHT,
        "O",
        """
        petals covered the [path|table|steps] .
        bushes should be cut in {MONTH} .
        water is used in [cakes|sweets] .
        gardens are best seen in the evening .
        * hips make good tea .
        """,
    ),
    "Grace": (
        ["{X}"],
        "PER",
        PERSON_RIGHT,
        "O",
        """
        under pressure is [rare|admirable] .
        is said before [supper|dinner] at {SCHOOL} .
        and [speed|strength] are needed in this dance .
        notes make the tune [sweeter|harder] .
        * cannot be taught .
        """,
    ),
    "pounds": (
        [
            "[She|He] carried home {few} {X}",
            "The cook asked for {few} {X}",
            "They [gave|handed] me {few} {X}",
            "We still need {few} {X}",
        ],
        "CUR",
        """
        in small change .
        and a few coins .
        to pay the [baker|driver] .
        in a brown envelope .
        * from the cash box .
        """,
        "O",
        """
        of [plums|flour|rice] .
        of fresh fish .
        of potatoes for the soup .
        of [butter|cheese] wrapped in paper .
        * of cherries in a paper bag .
        """,
    ),
    "marks": (
        [
            "[He|She] [received|was given] [thirty|forty|sixty] {X}",
            "My [sister|brother] got [twenty|fifty] {X}",
        ],
        "CUR",
        """
        for the old [watch|bicycle] .
        from the bank in coins .
        at the card table .
        in notes and small change .
        * for a pair of boots .
        """,
        "O",
        """
        in [algebra|geography] .
        for [spelling|handwriting] .
        out of a hundred .
        in the final exam .
        * for the essay on {COUNTRY} .
        """,
    ),
    "yen": (
        ["The {X}", "In those years the {X}", "That summer the {X}"],
        "CUR",
        """
        fell month after month .
        rose against the {COIN} .
        lost {rate} per cent of its value .
        grew stronger every month .
        * was steady for once .
        """,
        "O",
        """
        for [travel|adventure] never left him .
        to see {CITY} grew stronger .
        for [salt|chocolate] came back .
        for a quiet life drove her to the hills .
        * to be alone took hold of him .
        """,
    ),
    "real": (
        ["The {X}", "On {DAY} the {X}", "That week the {X}"],
        "CUR",
        """
        fell by {rate} per cent .
        gained against the {COIN} .
        was at its lowest since {PASTYEAR} .
        recovered a little in the afternoon .
        * closed higher after a weak start .
        """,
        "O",
        """
        reason came out at last .
        work began in the [kitchen|cellar] .
        owner of the dog was found in {CITY} .
        danger was the [ice|wind] .
        * problem was the roof .
        """,
    ),
}

# The same two units of money, decided by the words before them.
MONEY_LEFT = {
    "pounds": (
        """
        The ticket cost [forty|ninety]
        The bill came to [thirty|sixty]
        He owed me [fifty|eighty]
        * The repair cost [seventy|twenty]
        """,
        """
        The parcel weighed [forty|ninety]
        The trunk was heavier by [thirty|sixty]
        The dog had gained [fifty|eighty]
        * The champion lifted [seventy|twenty]
        """,
    ),
    "won": (
        """
        The taxi cost nine thousand
        She changed her savings into
        The price was given in
        * He paid the whole sum in
        """,
        """
        The visitors had never
        Our team finally
        The youngest rider
        * Nobody knew who had
        """,
    ),
}


# ------------------------------------------------------------------------------------------


def lines(block):
    """Return the patterns of a block as (text, kept for test_patterns)."""
    rows = [row.strip() for row in block.strip().split("\n")]
    return [(row.removeprefix("* "), row.startswith("* ")) for row in rows]


def families():
    """Return families of ambiguous patterns: kind, names or None, clue, shared, two readings."""
    leads = ["{X}"] * 4 + [f"{lead} {{X}}" for lead, _ in lines(LEADS)]
    tails = [f"{{X}} {tail}" for tail, _ in lines(TAILS)]
    said = [f"{{X}} {tail}" for tail, _ in lines(SAID_TAILS)]
    months = [f"{{X}} {tail}" for tail, _ in lines(MONTH_TAILS)]
    money = [f"{{X}} {tail}" for tail, _ in lines(MONEY_TAILS)]
    objects = [stem for stem, _ in lines(LANGUAGE_STEMS)]
    found = [
        ("LOC|PER", None, "right", leads, PLACE_RIGHT, PERSON_RIGHT),
        ("LOC|PER", None, "left", tails, PLACE_LEFT, PERSON_LEFT),
        ("LOC|PER", None, "both", None, PLACE_BOTH, PERSON_BOTH),
        ("COUNTRY|PER", None, "right", leads, NEIGHBOUR_RIGHT, NEIGHBOUR_PERSON_RIGHT),
        ("LANG|O", None, "right", leads, LANGUAGE_RIGHT, NATIONAL_RIGHT),
        ("LANG|O", None, "right", objects, LANGUAGE_OBJECT, NATIONAL_OBJECT),
        ("LANG|O", None, "left", said, LANGUAGE_LEFT, NATIONAL_LEFT),
        ("LANG|O", None, "both", None, LANGUAGE_BOTH, NATIONAL_BOTH),
        ("DATE|PER", None, "right", leads, MONTH_RIGHT, MONTH_PERSON_RIGHT),
        ("DATE|PER", None, "left", months, MONTH_LEFT, MONTH_PERSON_LEFT),
        ("DATE|PER", None, "both", None, MONTH_BOTH, MONTH_PERSON_BOTH),
        ("ORG|PER", None, "right", leads, FIRM_RIGHT, ELDER_RIGHT),
        ("ORG|PER", None, "left", tails, FIRM_LEFT, ELDER_LEFT),
        ("ORG|PER", None, "both", None, FIRM_BOTH, ELDER_BOTH),
        ("LOC|ORG", None, "right", leads, PLACE_RIGHT, FIRM_RIGHT),
        ("LOC|ORG", None, "left", tails, PLACE_LEFT, FIRM_LEFT),
        ("LOC|ORG", None, "both", None, PLACE_BOTH, FIRM_BOTH),
    ]
    for name, (shared, first, first_block, second, second_block) in SINGLES.items():
        found.append((f"{first}|{second}", name, "right", shared, first_block, second_block))
    for name, (first_block, second_block) in MONEY_LEFT.items():
        found.append(("CUR|O", name, "left", money, first_block, second_block))
    return found


def currencies(code):
    """Return the currencies of a territory in 2020 whose English name is plain words."""
    day = date(2020, 1, 1)
    names = get_territory_currencies(code, day, day)
    return [name for name in names if "(" not in get_currency_name(name, 2, "en")]


def cities(code):
    """Return the cities of a territory after which CLDR names a time zone."""
    zones = sorted(zone for zone, home in get_global("zone_territories").items() if home == code)
    return sorted(
        (ENGLISH.time_zones.get(zone, {}).get("city") or zone.split("/")[-1]).replace("_", " ")
        for zone in zones
    )


class Names:
    """The names that one split may use.

    Args:
        split: "train", "validation" or "test".
        taken: set of the words in the places, languages and currencies of train; a name with
            one of these is left out.

    Attributes:
        countries: list of dicts from "COUNTRY", "CITY", "LANG", "CUR", "COIN", "CODE" to the
            names of one country; an article, as in "the Netherlands", is not part of a name.
        pools: dict from the same slots, "FIRST", "LAST" and "STEM" to all names.
        neighbours: dict from an ambiguous country to the neighbours that this split may name.
    """

    def __init__(self, split, taken):
        ambiguous = " ".join(own for pool in AMBIGUOUS.values() for own in pool.values())
        banned = {*ambiguous.split(), *SINGLES}

        def fresh(name):
            words = {word for word in name.split() if word[0].isupper()} or {name}
            return name not in banned and not words & taken

        abroad = " ".join(codes for other, codes in COUNTRIES.items() if other != split).split()
        shared = {currency for code in abroad for currency in currencies(code)}
        languages = {code: ENGLISH.languages[code] for code in LANGUAGES[split].split()}
        self.split = split
        self.countries = []
        for code in COUNTRIES[split].split():
            name = ENGLISH.territories[code]
            article = "the " if code in WITH_ARTICLE else ""
            official = get_official_languages(code, de_facto=True)
            money = [
                currency
                for currency in currencies(code)
                if (split == "train" or currency not in shared)
                and fresh(get_currency_name(currency, 2, "en"))
            ]
            self.countries.append(
                {
                    "COUNTRY": [article + name] if fresh(name) else [],
                    "CITY": [
                        city
                        for city in cities(code)
                        if city != name and "," not in city and city not in NOT_CITIES
                        if fresh(city)
                    ],
                    "LANG": [
                        languages[tongue]
                        for tongue in official
                        if tongue in languages and fresh(languages[tongue])
                    ],
                    "CUR": [get_currency_name(currency, 2, "en") for currency in money],
                    "COIN": [get_currency_name(currency, 1, "en") for currency in money],
                    "CODE": money,
                }
            )
        self.pools = {
            slot: sorted({name for country in self.countries for name in country[slot]})
            for slot in ("COUNTRY", "CITY", "CUR", "COIN", "CODE")
        }
        stems = [start + end for start in STEM_STARTS for end in STEM_ENDS]
        random.Random("stems").shuffle(stems)
        tenth = len(stems) // 10
        shares = {"train": slice(7 * tenth), "validation": slice(7 * tenth, 8 * tenth)}
        self.pools |= {
            "LANG": sorted(filter(fresh, languages.values())),
            "FIRST": FIRST_NAMES[split].split(),
            "LAST": LAST_NAMES[split].split(),
            "STEM": stems[shares.get(split, slice(8 * tenth, None))],
        }
        own = COUNTRIES[split].split()
        self.neighbours = {
            name: [ENGLISH.territories[code] for code in codes.split() if code in own]
            for name, codes in NEIGHBOURS.items()
        }

    def words(self):
        """Return the set of words in the names of places, languages and currencies."""
        slots = ("COUNTRY", "CITY", "LANG", "CUR", "COIN")
        return {word for slot in slots for name in self.pools[slot] for word in bare(name).split()}

    def draw_ambiguous(self, kind, rng):
        """Return an ambiguous name: of train, or in every second draw one held out."""
        own = AMBIGUOUS[kind].get(self.split, "").split()
        if self.split != "train" and own and rng.random() < 0.5:
            return rng.choice(own)
        return rng.choice(AMBIGUOUS[kind]["train"].split())


def bare(name):
    """Return a name without its article."""
    return name.removeprefix("the ")


TYPES = {
    "LOC": "COUNTRY CITY PLACE NEIGHBOUR",
    "LANG": "LANG",
    "CUR": "CUR COIN CODE",
    "PER": "PER FIRST LAST",
    "ORG": " ".join(ORGANISATIONS),
    "DATE": "DAY DATE MONTH PAST NEXT FROM UNTIL PASTYEAR NEXTYEAR PASTMONTH",
}
TYPE_OF = {slot: kind for kind, slots in TYPES.items() for slot in slots.split()}


def make_date(slot, rng):
    """Return a date in English words, as CLDR writes it in Britain or the United States."""
    if slot in ("NEXT", "NEXTYEAR"):
        day = date(2027, 1, 1) + timedelta(days=rng.randrange(4_000))
    else:
        day = date(1950, 1, 1) + timedelta(days=rng.randrange(27_000))
    if slot == "DAY":
        return format_date(day, "EEEE", "en")
    if slot in ("PASTYEAR", "NEXTYEAR"):
        return format_date(day, "y", "en")
    if slot == "PASTMONTH":
        return format_skeleton("yMMMM", day, locale="en")
    if slot == "MONTH":
        months = [1, 2, 7, 9, 10, 11, 12]  # the others are ambiguous names
        return format_date(day.replace(month=rng.choice(months), day=1), "MMMM", "en")
    if slot == "DATE":
        skeleton, locale = rng.choice(
            [("MMMMd", "en_GB"), ("MMMMd", "en_GB"), ("MMMMd", "en"), ("MMMMEEEEd", "en_GB")]
        )
        return format_skeleton(skeleton, day, locale=locale)
    return format_date(day, "long", rng.choice(["en_GB", "en_GB", "en"])).replace(",", " ,")


def make_span(rng):
    """Return the first and the last day of a stretch of time, with the year on the last."""
    first = date(2027, 1, 1) + timedelta(days=rng.randrange(300))
    last = min(first + timedelta(days=rng.randrange(3, 90)), date(2027, 12, 31))
    return {
        "FROM": format_skeleton("MMMMd", first, locale="en_GB"),
        "UNTIL": format_date(last, "long", "en_GB"),
    }


class Sentence:
    """A sentence in the making, which names nothing twice.

    Args:
        names: the `Names` of the split.
        rng: source of chance.
        marked: (name, tag) of the ambiguous name at {X}, if there is one.
        used: names that the sentence holds already.
    """

    def __init__(self, names, rng, marked=("", ""), used=()):
        self.names, self.rng, self.marked, self.used = names, rng, marked, set(used)

    def fill(self, text):
        """Return a pattern's list of (token, tag), its choices made and its slots filled."""
        choices = re.compile(r"\[([^][]*)\]")
        text = choices.sub(lambda found: self.rng.choice(found[1].split("|")), text)
        self.span = make_span(self.rng)
        needs = re.findall(r"\{([A-Z]+)1\}", text)
        homes = [home for home in self.names.countries if all(home[slot] for slot in needs)]
        home = self.rng.choice(homes)
        tokens = []
        for piece in text.split():
            slot = re.fullmatch(r"\{(\w+?)(1?)\}", piece)
            if slot is None:
                tokens.append((piece, "O"))
            elif slot[1] == "X":
                tokens.append(self.marked)
            elif slot[1] in FILLERS:
                tokens.append((self.rng.choice(FILLERS[slot[1]].split()), "O"))
            else:
                tokens += tag(self.draw(slot[1], home if slot[2] else None), TYPE_OF[slot[1]])
        return tokens

    def draw(self, slot, home):
        """Return a name for a slot, of the country `home` if given, that is new here."""
        while True:
            name = self.propose(slot, home)
            if bare(name) not in self.used and self.marked[0] not in name.split():
                self.used.add(bare(name))
                return name

    def propose(self, slot, home):
        """Return a name for a slot, new or not."""
        choice, pools = self.rng.choice, self.names.pools
        if home:
            # The first of a country's currencies, so that {CUR1} and {COIN1} agree.
            return home[slot][0] if slot in ("CUR", "COIN") else choice(home[slot])
        if slot == "NEIGHBOUR":
            return choice(self.names.neighbours[self.marked[0]])
        if slot == "PLACE":
            return choice(pools[choice(["CITY", "COUNTRY"])])
        if slot == "PER":
            return f"{choice(pools['FIRST'])} {choice(pools['LAST'])}"
        if slot in ORGANISATIONS:
            return choice(ORGANISATIONS[slot]).replace("X", choice(pools["STEM"]))
        if slot in self.span:
            return self.span[slot]
        if TYPE_OF[slot] == "DATE":
            return make_date(slot, self.rng)
        return choice(pools[slot])


def tag(name, kind):
    """Return (token, tag) for each word of a name, its article outside."""
    words = [(word, f"{'I' if i else 'B'}-{kind}") for i, word in enumerate(bare(name).split())]
    return words if bare(name) == name else [("the", "O"), *words]


def capitalised(tokens):
    """Return the tokens with a capital on an article that opens the sentence."""
    return [("The", "O"), *tokens[1:]] if tokens[0][0] == "the" else tokens


def number_patterns():
    """Return a dict from each pattern, as (clue, text), to its number."""
    patterns = [("", text) for text, _ in lines(ORDINARY)]
    for _, _, clue, _, *readings in families():
        patterns += [(clue, text) for block in readings for text, _ in lines(block)]
    return {pattern: number for number, pattern in enumerate(dict.fromkeys(patterns))}


# How often a family is drawn; that of a single name counts 1, of a unit of money 2.
WEIGHTS = {"LOC|PER": 40, "COUNTRY|PER": 6, "LANG|O": 12, "ORG|PER": 10, "DATE|PER": 8}
WEIGHTS |= {"LOC|ORG": 5}


def weight(family):
    """Return how often a family is drawn."""
    kind, name, *_ = family
    if name:
        return 2 if kind == "CUR|O" else 1
    return WEIGHTS[kind]


def make_pair(family, kept, names, rng):
    """Return two rows around one ambiguous name, one for each reading.

    Args:
        family: one of `families()`.
        kept: whether to use the patterns kept for test_patterns.
        names: the `Names` of the split.
        rng: source of chance.

    Returns:
        Two (pattern, clue, position, tokens), with tokens as (token, tag); none where the family
        keeps no patterns or the split has no fitting names.
    """
    kind, name, clue, shared, *blocks = family
    readings = kind.replace("COUNTRY", "LOC").split("|")
    sides = [[text for text, star in lines(block) if star == kept] for block in blocks]
    name = name or names.draw_ambiguous(kind, rng)
    if not all(sides) or (kind == "COUNTRY|PER" and not names.neighbours[name]):
        return []
    common = Sentence(names, rng, (name, "?"))
    around = common.fill(rng.choice(shared)) if shared else []
    rows = []
    for reading, side in zip(readings, sides, strict=True):
        pattern = rng.choice(side)
        marked = (name, "O" if reading == "O" else f"B-{reading}")
        tokens = Sentence(names, rng, marked, common.used).fill(pattern)
        here = [marked if token == (name, "?") else token for token in around]
        tokens = here + tokens if clue == "right" else tokens + here
        rows.append(((clue, pattern), clue, tokens.index(marked), capitalised(tokens)))
    return rows


def make_split(split, names, seen):
    """Return the rows of a split.

    Args:
        split: name of the split.
        names: the `Names` it may use.
        seen: set of the sentences of earlier splits; grows.

    Returns:
        List of (pattern, clue, position, tokens) in random order.
    """
    rng = random.Random(f"entities {split}")
    kept = split == "test_patterns"
    rows = []

    def add(new):
        sentences = {" ".join(token for token, _ in tokens) for *_, tokens in new}
        if seen.isdisjoint(sentences):
            seen.update(sentences)
            rows.extend(new)

    for clue, share in SHARES.items():
        choices = [family for family in families() if family[2] == clue]
        weights = [weight(family) for family in choices]
        goal = len(rows) + round(SPLITS[split] * share)
        while len(rows) < goal:
            add(make_pair(rng.choices(choices, weights)[0], kept, names, rng))
    ordinary = [text for text, star in lines(ORDINARY) if star == kept]
    while len(rows) < SPLITS[split]:
        text = rng.choice(ordinary)
        add([(("", text), "", -1, capitalised(Sentence(names, rng).fill(text)))])
    rng.shuffle(rows)
    return rows


def make_entities():
    """Return the bytes of entities.csv."""
    numbers = number_patterns()
    taken = Names("train", set()).words()
    names = {"train": Names("train", set()), "validation": Names("validation", taken)}
    names["test"] = names["test_patterns"] = Names("test", taken)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["split", "pattern", "clue", "position", "tokens", "tags"])
    seen = set()
    for split in SPLITS:
        for pattern, clue, position, tokens in make_split(split, names[split], seen):
            sentence, tags = (" ".join(column) for column in zip(*tokens, strict=True))
            writer.writerow([split, numbers[pattern], clue, position, sentence, tags])
    return table.getvalue().encode()


if __name__ == "__main__":
    content = make_entities()
    FILE.write_bytes(content)
    print(f"{FILE.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
