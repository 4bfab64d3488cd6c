"""Two lists of one practice's people, as HubSpot and Xero hold them, in which it is known who is who.

Households: spouses, children, now and then a son of his father's name; some use one mailbox, some one landline (not the
son: where two of one name share those as well, nobody can say of two records whose they are). A list has a person's details
as somebody typed them: with slips of the hand, a pet name, an old address, without an e-mail or a number, in other forms.
From a seed; nobody in it exists. What either vendor refuses is not in its list: HubSpot holds an e-mail once (whoever of a
shared mailbox comes second stands there without), Xero the name of an active contact. Made apart from the hub: the two have
no code in common, only the list of pet names.
"""
import collections
import csv
import os
import random
import re
import uuid

PET_NAMES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/matching/nicknames.csv")
ELSEWHERE = ("Mei Wei Jun Li Xiu Min Hui Anh Linh Minh Thảo Hoa Priya Arjun Ravi Ananya Deepa Sanjay Fatima Ahmed Omar Layla "
             "Yusuf Zoë Siân José Søren Björn Elif Giorgos Eleni Dimitri Yuki Haruto Ji-woo Seo-yeon Mereana Tāne Hēmi Kiri"
             ).split()
FAMILIES = ("Smith Nguyễn Jones Williams Brown Wilson Taylor Singh Johnson White Martin Anderson Thompson Li Wang Walker Ryan "
            "Kelly Harris Zhang King Chen O'Brien D'Angelo Patel Khan Murphy Kaur Papadopoulos Muñoz Ångström").split()
HEADS = "Al Ber Cor Dal El Far Gar Hol Ing Jor Kel Lam Mor Nor Os Pel Quin Ros Sal Tur Ul Var Wil Zan".split()
MIDDLES = ["", "an", "er", "in", "os", "ul"]
TAILS = "ton son berg elli man ford ley wood shaw vic ini enko aki ez quist ham worth ard ero inger".split()
DOMAINS = "mail post home inbox bigriver".split()

EMAIL = re.compile(r"[a-z0-9]+(\.[a-z0-9]+)*@[a-z]+\.example$")  # as a slip leaves it, it may be none
FIRST_HUBSPOT_ID = 50_000_001_000
PLAIN = str.maketrans("éêèëïāēñøöóåáúûýìíỗễảĐđ", "eeeeiaenoooaauuyiioeaDd")


class Person:
    def __init__(self, number, given, family):
        self.who, self.given, self.family = f"p{number}", given, family
        self.email = self.old_email = self.mobile = ""
        self.home_email = self.landline = ""  # what the household shares


class Lists:
    def __init__(self, people, seed):
        """`people`: how many each of the two holds; seven in ten of them are in both."""
        self.chance = random.Random(seed)
        self.people = people
        self.hubspot, self.xero = [], []  # in the vendors' forms
        self.person = {}                  # (system, record) -> who it is
        self.pets = collections.defaultdict(list)
        with open(PET_NAMES, newline="") as file:
            for row in csv.DictReader(file):
                self.pets[row["name1"].capitalize()].append(row["name2"].capitalize())
        self.givens = sorted(self.pets) + ELSEWHERE
        self.families = FAMILIES + [h + m + t for m in MIDDLES for h in HEADS for t in TAILS]
        random.Random(3).shuffle(self.givens)  # the same names are frequent in every book
        self.emails, self.mobiles, self.in_hubspot, self.in_xero, self.count = set(), set(), set(), set(), 0
        while len(self.hubspot) < people or len(self.xero) < people:
            self.household()

    def overlap(self):
        """{person: (HubSpot's record, Xero's record)} of those who are in both."""
        of = {system: {who: record for (where, record), who in self.person.items() if where == system}
              for system in ("hubspot", "xero")}
        return {who: (record, of["xero"][who]) for who, record in of["hubspot"].items() if who in of["xero"]}

    # --- people

    def is_(self, part):
        return self.chance.random() < part

    def few(self, names, steep):
        """The first ones more often, as names go."""
        return names[int(len(names) * self.chance.random() ** steep)]

    def household(self):
        family, chance = self.few(self.families, 3), self.chance
        members = [self.new(family)]
        if self.is_(0.6):
            members.append(self.new(family if self.is_(0.8) else self.few(self.families, 3)))
        if self.is_(0.4):
            for _ in range(chance.randint(1, 3)):
                members.append(self.new(family, members[0].given if self.is_(0.02) else ""))
        home_email = members[0].email if self.is_(0.7) else self.unused(plain("the" + family + "s"))
        landline = "0" + chance.choice("23") + "9" + self.digits(7)
        for person in members:
            namesake = person is not members[0] and person.given == members[0].given and person.family == family
            person.home_email, person.landline = (person.email, person.mobile) if namesake else (home_email, landline)
            both = self.is_(0.54)  # which makes it seven in ten of either list
            if both or self.is_(0.5):
                self.add_to_hubspot(person)
                if both:
                    self.add_to_xero(person)
            else:
                self.add_to_xero(person)

    def new(self, family, given=""):
        if not given:
            given = self.chance.choice(ELSEWHERE) if self.is_(0.1) else self.few(self.givens, 1.8)
        person, self.count = Person(self.count, given, family), self.count + 1
        g, f = plain(given), plain(family)
        styles = [f"{g}.{f}", f"{g[0]}{f}", f"{g}{f}", f"{f}.{g}", f"{g}{f[0]}", f"{g}{self.chance.randint(50, 99)}"]
        person.email, person.old_email = self.unused(self.chance.choice(styles)), self.unused(self.chance.choice(styles))
        while not person.mobile or person.mobile in self.mobiles:
            person.mobile = "04" + self.chance.choice("0123") + self.digits(7)
        self.mobiles.add(person.mobile)
        return person

    def unused(self, local):
        while (email := f"{local}@{self.chance.choice(DOMAINS)}.example") in self.emails:
            local += self.chance.choice("0123456789")
        self.emails.add(email)
        return email

    def digits(self, count):
        return "".join(self.chance.choice("0123456789") for _ in range(count))

    # --- as somebody typed them

    def slip(self, text):
        if len(text) < 4:
            return text
        at = self.chance.randint(1, len(text) - 2)
        return self.chance.choice([text[:at] + text[at + 1] + text[at] + text[at + 2:], text[:at] + text[at + 1:],
                                   text[:at] + text[at] + text[at:],
                                   text[:at] + self.chance.choice("abcdefghijklmnopqrstuvwxyz") + text[at + 1:]])

    def written(self, person):
        """(given name, family name, e-mail, phone) as one list has them."""
        given, family, email, phone = person.given, person.family, "", ""
        if self.pets.get(given) and self.is_(0.08):
            given = self.chance.choice(self.pets[given])
        given = self.slip(given) if self.is_(0.03) else given
        family = self.slip(family) if self.is_(0.03) else family
        if self.is_(0.06):
            given, family = given.lower(), family.lower()
        if self.is_(0.85):
            email = person.home_email if self.is_(0.12) else person.old_email if self.is_(0.04) else person.email
            email = self.slip(email) if self.is_(0.015) else email
            email = email if EMAIL.match(email) else ""
        if self.is_(0.85):
            phone = person.landline if self.is_(0.1) else person.mobile
            if self.is_(0.01):
                at = self.chance.randint(5, 9)
                phone = phone[:at] + self.chance.choice("0123456789") + phone[at + 1:]
            phone = self.chance.choice([phone, f"+61{phone[1:]}", f"+61 {phone[1:4]} {phone[4:7]} {phone[7:]}",
                                        f"{phone[:4]} {phone[4:7]} {phone[7:]}"])
        return given, family, email, phone

    def add_to_hubspot(self, person):
        if len(self.hubspot) == self.people:
            return
        given, family, email, phone = self.written(person)
        if email in self.in_hubspot:
            email = ""
        self.in_hubspot.add(email)
        record = str(FIRST_HUBSPOT_ID + 37 * len(self.hubspot))
        properties = {"firstname": given, "lastname": family, "email": email, "phone": phone, "lifecyclestage": "customer"}
        self.person["hubspot", record] = person.who
        self.hubspot.append({"id": record, "properties": {k: v for k, v in properties.items() if v}, "archived": False,
                             "createdAt": "2025-03-01T00:00:00Z", "updatedAt": "2026-03-01T00:00:00Z"})

    def add_to_xero(self, person):
        if len(self.xero) == self.people:
            return
        given, family, email, phone = self.written(person)
        name = f"{family}, {given}" if self.is_(0.15) else f"{given} {family}"
        same = 1
        while (unique := name if same == 1 else f"{name} ({same})").lower() in self.in_xero:
            same += 1
        self.in_xero.add(unique.lower())
        record = str(uuid.UUID(int=self.chance.getrandbits(128)))
        contact = {"ContactID": record, "ContactStatus": "ACTIVE", "Name": unique, "FirstName": given, "LastName": family,
                   "EmailAddress": email, "IsCustomer": True, "UpdatedDateUTC": "/Date(1780000000000+0000)/"}
        if phone:
            contact["Phones"] = [{"PhoneType": "MOBILE", "PhoneCountryCode": "", "PhoneAreaCode": "", "PhoneNumber": phone}]
        self.person["xero", record] = person.who
        self.xero.append(contact)


def plain(name):
    return re.sub(r"[^a-z]", "", name.translate(PLAIN).lower()) or "x"


LIKELY = "  likely: { compare: [given_name, family_name, email, phone, date_of_birth], accept: 0.999, review: 0.05 }\n"


def lay_out(world, lists):
    """Fills both sandboxes of a world with the lists, and has its hub link them and write nothing."""
    world.control("hubspot", "seed", {"objects": {"contacts": lists.hubspot}})
    world.control("xero", "seed", {"objects": {"Contacts": lists.xero}})
    world.without_checks()
    world.rewrite("entities/contact.yaml", "  shared:", LIKELY + "  shared:")
    world.rewrite("flows/clients.yaml", "keep: contact", "keep: contact\nmode: link")
