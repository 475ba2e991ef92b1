namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>What every port keeps, with frames of several buffers and TX metadata.</summary>
public sealed class AfXdpJumboPortContractTests : AfXdpPortContractTests
{
    public AfXdpJumboPortContractTests()
        : base(9000)
    {
    }

    private protected override string Options => ",jumbo=true,tx_metadata=true";
}
