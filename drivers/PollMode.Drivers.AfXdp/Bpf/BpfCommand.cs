namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary><c>enum bpf_cmd</c> of linux/bpf.h: the commands that the driver uses.</summary>
internal enum BpfCommand
{
    MapCreate = 0,
    MapLookup = 1,
    MapUpdate = 2,
    ProgramLoad = 5,
    ProgramTestRun = 10,
    ProgramGetById = 13,
    MapGetById = 14,
    ObjectGetInfo = 15,
    LinkCreate = 28,
    LinkGetById = 30,
    LinkGetNextId = 31,
    LinkDetach = 34,
}
